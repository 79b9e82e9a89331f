// A site of somebody else's, of another origin than the desk, whose pages the tests write.
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HostPage {
  html: string;
  headers?: Record<string, string>;
}

export class Shop {
  private readonly pages = new Map<string, HostPage>();
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async open(): Promise<Shop> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const shop = new Shop(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    server.on("request", ({ url }, answer) => {
      const page = shop.pages.get(url ?? "/");
      if (!page) return answer.writeHead(404).end();
      answer.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers }).end(page.html);
    });
    return shop;
  }

  /** Puts a page up and says where it is. */
  page(page: HostPage): string {
    const path = `/page-${this.pages.size + 1}`;
    this.pages.set(path, page);
    return this.url + path;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
