// A mail server that takes everything and keeps it: as much of SMTP as a desk speaks without a password and without TLS.
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { createInterface } from "node:readline";

export class Post {
  /** What was sent, as it was sent. */
  readonly mails: string[] = [];

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
  ) {}

  static async open(): Promise<Post> {
    const sockets = new Set<Socket>();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const post = new Post(`smtp://127.0.0.1:${port}?tls=none`, server, sockets);
    server.on("connection", (socket) => {
      sockets.add(socket.on("close", () => sockets.delete(socket)));
      // Whoever hangs up in the middle sends no mail.
      socket.on("error", () => socket.destroy());
      post.speak(socket);
    });
    return post;
  }

  private speak(socket: Socket): void {
    const say = (text: string) => socket.write(`${text}\r\n`);
    let mail: string[] | null = null;
    createInterface({ input: socket, crlfDelay: Infinity }).on("line", (line) => {
      if (mail && line !== ".") return void mail.push(line.replace(/^\./, ""));
      if (mail) {
        // Lines that were too long for mail are one again.
        this.mails.push(mail.join("\n").replaceAll("=\n", "").replaceAll("=3D", "="));
        mail = null;
        return say("250 taken");
      }
      const word = line.slice(0, 4).toUpperCase();
      if (word === "DATA") {
        mail = [];
        return say("354 go on");
      }
      if (word === "QUIT") return void socket.end("221 goodbye\r\n");
      say("250 fine");
    });
    say("220 post.test");
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
