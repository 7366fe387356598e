// A server of Node's standard library. Tests edit it.
const crypto = require("node:crypto");
const http = require("node:http");

const greeting = "hello, version 1";

http.createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  switch (url.pathname) {
    case "/slow":
      setTimeout(() => response.end(greeting), Number(url.searchParams.get("ms")));
      return;
    case "/upload": {
      const sum = crypto.createHash("sha256");
      request.on("data", (piece) => sum.update(piece));
      request.on("end", () => response.end(sum.digest("hex")));
      return;
    }
    default:
      response.end(greeting);
  }
}).listen(Number(process.env.PORT), "127.0.0.1");
