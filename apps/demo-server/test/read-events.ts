/** One server-sent event as it stood on the wire. */
export interface WireEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** The events of a whole stream; comments are left out. */
export function readEvents(body: string): WireEvent[] {
  return body
    .split("\n\n")
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) => ({
      event: /^event: (.+)$/m.exec(block)?.[1],
      data: /^data: (.+)$/m.exec(block)?.[1] ?? "",
    }));
}
