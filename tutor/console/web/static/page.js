// Runs before textual.js: says where the WebSocket is, and why it was closed.
"use strict";
(() => {
  const body = document.body;
  const socket = new URL(body.dataset.base + "ws", window.location.href);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = socket.href;

  const reasons = {
    4000: "left", 4001: "idle", 4002: "full", 4003: "failed", 4004: "misused", 4005: "stopped",
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("open", () => {
        document.querySelector(".xterm-helper-textarea").focus();
      });
      this.addEventListener("close", (event) => {
        body.dataset.closed = reasons[event.code] || "lost";
      });
    }
  };
  document.getElementById("again").addEventListener("click", () => window.location.reload());
})();
