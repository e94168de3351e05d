/** The parts of the File System Standard (fs.spec.whatwg.org) that downloads need: WebWorker types are not loaded here. */
export interface OpfsFolder {
  getDirectoryHandle(name: string, options?: { readonly create: boolean }): Promise<OpfsFolder>;
  getFileHandle(name: string, options?: { readonly create: boolean }): Promise<OpfsFile>;
  removeEntry(name: string, options?: { readonly recursive: boolean }): Promise<void>;
  keys(): AsyncIterable<string>;
}

export interface OpfsFile {
  getFile(): Promise<Blob>;
  /** In dedicated workers. */
  createSyncAccessHandle?(): Promise<OpfsAccess>;
  createWritable?(options: { readonly keepExistingData: boolean }): Promise<OpfsStream>;
}

export interface OpfsAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(byteLength: number): void;
  flush(): void;
  close(): void;
}

export interface OpfsStream {
  write(chunk: {
    readonly type: "write";
    readonly position: number;
    readonly data: Uint8Array;
  }): Promise<void>;
  truncate(byteLength: number): Promise<void>;
  close(): Promise<void>;
}

/** What a browser's navigator has of storage and locks. */
export interface BrowserStorage {
  readonly storage?: {
    getDirectory?(): Promise<OpfsFolder>;
    estimate?(): Promise<{ readonly usage?: number; readonly quota?: number }>;
  };
  readonly locks?: {
    request<T>(
      name: string,
      options: { readonly signal?: AbortSignal },
      work: () => Promise<T>,
    ): Promise<T>;
  };
}

/** Undefined for a folder that is not there; with `create` there always is one. */
export async function openOpfsFolder(
  root: OpfsFolder,
  path: string,
  create = false,
): Promise<OpfsFolder | undefined> {
  let folder = root;
  try {
    for (const part of path.split("/")) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  } catch (error) {
    return absent(error);
  }
}

/** Undefined when there is no such file. */
export async function readOpfsFile(folder: OpfsFolder, name: string): Promise<Blob | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    return absent(error);
  }
}

function absent(error: unknown): undefined {
  if (error instanceof DOMException && error.name === "NotFoundError") return undefined;
  throw error;
}
