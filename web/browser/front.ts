// What stands in front of a desk whose binary was not built with the pages that are to be tried: the built files, and the
// rest passed on. Whoever works on the pages need not build the binary anew for each change.
import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../widget/dist/", import.meta.url));
const PAGES: Record<string, string> = {
  "/widget.js": "widget.js",
  "/leave-message": "leave-message.html",
  "/embed": "embed.html",
  "/widget/try": "try.html",
};
const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
  "form-action 'none'; base-uri 'none'";

/** The loader names the rest by hashes, so it tells one build from another. */
export async function servesWhatIsBuilt(desk: string): Promise<boolean> {
  const served = await fetch(`${desk}/widget.js`);
  const built = await readFile(join(DIST, "widget.js"), "utf8").catch(() => null);
  return served.ok && (built === null || (await served.text()) === built);
}

export class Front {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** `server`: one that listens already, for those whose desk is told of it first. */
  static async start(desk: string, embeddedBy: string[], server = createServer()): Promise<Front> {
    const { hostname, port } = new URL(desk);
    const target = { host: hostname, port: Number(port) };
    server.on("request", (incoming, outgoing) => {
      const path = new URL(incoming.url ?? "/", desk).pathname;
      const file = PAGES[path] ?? (path.startsWith("/widget/assets/") ? path.slice("/widget/".length) : undefined);
      if (file) return serve(file, path, embeddedBy, outgoing);
      passOn(incoming, outgoing, target);
    });
    server.on("upgrade", (incoming, socket, head) => {
      const through = connect(target, () => {
        const { rawHeaders, method, url } = incoming;
        let text = `${method} ${url} HTTP/1.1\r\n`;
        for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
        through.write(`${text}\r\n`);
        through.write(head);
        socket.pipe(through).pipe(socket);
      });
      through.on("error", () => socket.destroy());
      socket.on("error", () => through.destroy());
    });
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Front(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function serve(file: string, path: string, embeddedBy: string[], outgoing: ServerResponse): void {
  const full = normalize(join(DIST, file));
  if (!full.startsWith(DIST) || !existsSync(full)) {
    outgoing.writeHead(404).end("not built: npm run build");
    return;
  }
  const framing = path === "/embed" ? embeddedBy.join(" ") || "'self'" : "'none'";
  outgoing.writeHead(200, {
    "content-type": TYPES[extname(full)] ?? "application/octet-stream",
    "content-security-policy": `${POLICY}; frame-ancestors ${framing}`,
    "cache-control": path.startsWith("/widget/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
  });
  createReadStream(full).pipe(outgoing);
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, target: { host: string; port: number }): void {
  const { method, url, headers } = incoming;
  const through = request({ ...target, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  through.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  incoming.pipe(through);
}
