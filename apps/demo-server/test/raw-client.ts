import { connect, type Socket } from "node:net";

/** A socket that has sent one HTTP request, byte by byte as a test wants it. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  /** Resolves when what was received contains a text. @throws when the server hangs up before. */
  until(text: string): Promise<void>;
  /** Resolves with everything received when the server has hung up. */
  readonly closed: Promise<string>;
}

export function sendRaw(port: number, request: string): RawClient {
  const socket = connect(port, "127.0.0.1", () => socket.write(request));
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  return {
    socket,
    closed,
    received: () => text,
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => text.includes(wanted) && resolve();
        look();
        socket.on("data", look);
        socket.once("close", () => reject(new Error(`closed before ${wanted}: ${text}`)));
      }),
  };
}

/** A POST as it stands on the wire. */
export function writePost(path: string, body: object): string {
  const json = JSON.stringify(body);
  const headers = [
    "host: localhost",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(json)}`,
  ];
  return `POST ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${json}`;
}
