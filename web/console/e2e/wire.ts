// The wire between a browser and the desk, which a test can cut. Where the binary has the console as it was built last,
// that is what is tried; a binary that is older passes only what is the server's, and the pages come from here under the
// policy that it would give them.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from "node:http";
import { type AddressInfo, type Socket, connect } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES: Record<string, string> = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };
/** What is the server's own, and no page. */
const SERVERS = /^\/(graphql|images|files|uploads|widget|health)(\/|\.js|$)/;

export class Wire {
  private isCut = false;
  private hasPages = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async to(desk: string): Promise<Wire> {
    const { hostname, port } = new URL(desk);
    const target = { host: hostname, port: Number(port) };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const wire = new Wire(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    const script = /src="(\/assets\/[^"]+)"/.exec(readFileSync(join(DIST, "index.html"), "utf8"))?.[1];
    const served = await fetch(`${desk}/sign-in`, { signal: AbortSignal.timeout(60_000) });
    wire.hasPages = script !== undefined && (await served.text()).includes(script);
    console.log(wire.hasPages ? "the binary serves the console" : "the binary has another console: the built one is served beside it");
    server.on("connection", (socket) => {
      wire.sockets.add(socket);
      socket.on("close", () => wire.sockets.delete(socket));
      if (wire.isCut) socket.destroy();
    });
    server.on("request", (incoming, outgoing) => {
      const path = new URL(incoming.url ?? "/", desk).pathname;
      if (wire.hasPages || SERVERS.test(path)) return passOn(incoming, outgoing, target);
      page(path, outgoing);
    });
    server.on("upgrade", ({ rawHeaders, method, url }, socket, head) => {
      const through = connect(target, () => {
        let text = `${method} ${url} HTTP/1.1\r\n`;
        for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
        through.write(`${text}\r\n`);
        through.write(head);
        socket.pipe(through).pipe(socket);
      });
      through.on("error", () => socket.destroy());
      through.on("close", () => socket.destroy());
      socket.on("error", () => through.destroy());
      socket.on("close", () => through.destroy());
    });
    return wire;
  }

  /** Everything under way breaks, and nothing gets through. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function page(path: string, outgoing: ServerResponse): void {
  const isFile = extname(path) !== "";
  const file = join(DIST, isFile ? path : "index.html");
  if (!file.startsWith(DIST) || !existsSync(file)) {
    outgoing.writeHead(404).end("there is no such file; is the console built?");
    return;
  }
  if (isFile) {
    outgoing.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "cache-control": "public, max-age=31536000, immutable" });
    outgoing.end(readFileSync(file));
    return;
  }
  const nonce = randomBytes(16).toString("base64");
  const policy =
    `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self' ws:; ` +
    "img-src 'self' blob: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  outgoing.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy, "cache-control": "no-cache" });
  outgoing.end(readFileSync(file, "utf8").replaceAll("__CSP_NONCE__", nonce));
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, target: { host: string; port: number }): void {
  const { method, url, headers } = incoming;
  const through = request({ ...target, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  through.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  incoming.on("error", () => through.destroy());
  incoming.pipe(through);
}
