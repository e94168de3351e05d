/** One tensor to write. */
export interface SafetensorsInput {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file. `edit` changes the header before it is written. */
export function writeSafetensors(
  tensors: Readonly<Record<string, SafetensorsInput>>,
  edit: (header: Record<string, unknown>) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.byteLength] };
    offset += bytes.byteLength;
  }
  edit(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.byteLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  file.set(text, 8);
  let position = 8 + text.byteLength;
  for (const { bytes } of Object.values(tensors)) {
    file.set(bytes, position);
    position += bytes.byteLength;
  }
  return file;
}
