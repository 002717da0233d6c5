import { useEffect, useReducer } from "react";
import { refreshSession } from "../api/client";
import { retryDelay } from "./backoff";
import { type LiveState, type LiveMessage, initialState, liveReducer } from "./state";

const TICK_MS = 5_000;
const UNAUTHENTICATED = 4401;

function socketAddress(projectId: string): string {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${window.location.host}/api/v1/live?project_id=${encodeURIComponent(projectId)}`;
}

/** The newest events of a project, for as long as the component is shown. */
export function useLiveFeed(projectId: string): LiveState {
  const [state, dispatch] = useReducer(liveReducer, initialState);

  useEffect(() => {
    let failures = 0;
    let isOver = false;
    let socket: WebSocket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    dispatch({ type: "reset" });

    function connect() {
      socket = new WebSocket(socketAddress(projectId));
      socket.onmessage = (event: MessageEvent<string>) => {
        failures = 0;
        dispatch({ type: "message", message: JSON.parse(event.data) as LiveMessage, at: Date.now() });
      };
      socket.onclose = (event) => void reconnect(event.code);
    }

    async function reconnect(code: number) {
      if (isOver) return;
      dispatch({ type: "lost" });
      if (code === UNAUTHENTICATED) await refreshSession();
      timer = setTimeout(connect, retryDelay(failures));
      failures += 1;
    }

    connect();
    const ticker = setInterval(() => dispatch({ type: "tick", at: Date.now() }), TICK_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
      clearInterval(ticker);
      socket?.close();
    };
  }, [projectId]);

  return state;
}
