// Somebody's page for a test: another origin, and a policy that allows nothing but the widget's script and its door.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class Shop {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** Serves one page with this line in it, in a language. */
  static async open(parlour: string, line: (path: string) => string): Promise<Shop> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://shop").pathname;
      if (path === "/favicon.ico") {
        response.writeHead(204).end();
        return;
      }
      const language = path.slice(1, 3) || "en";
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": `default-src 'none'; script-src ${parlour}; connect-src ${parlour}; require-trusted-types-for 'script'`,
      });
      response.end(
        `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title><h1>A shop</h1>${line(path)}`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Shop(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
