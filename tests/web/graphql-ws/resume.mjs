// Tells each change on a line of its own, with a new client for each: after the last position that was told.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { LEAVEWORD_URL: url, LEAVEWORD_TOKEN: token, LEAVEWORD_CHANGES: changes } = process.env;
const query = `subscription ($after: LogPosition) {
  messageChanged(after: $after) { position type messageId message { status } }
}`;

let after = "0";
for (let told = 0; told < Number(changes); told += 1) {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: true,
  });
  for await (const { data, errors } of client.iterate({ query, variables: { after } })) {
    if (errors) throw new Error(JSON.stringify(errors));
    after = data.messageChanged.position;
    console.log(JSON.stringify(data.messageChanged));
    break;
  }
  await client.dispose();
}

// What the server refuses is an error of the stream, and what it closes has the code of the protocol.
const refused = async (params, document) => {
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: params, retryAttempts: 0, shouldRetry: () => false });
  try {
    for await (const _ of client.iterate({ query: document })) return "told";
    return "nothing";
  } catch (why) {
    return why.code ?? why[0]?.extensions?.code;
  } finally {
    await client.dispose();
  }
};
console.log(JSON.stringify([
  await refused({ authorization: `Bearer ${token}` }, "{ viewer { id } }"),
  await refused({ authorization: "Bearer lws_x" }, query),
  await refused({}, query),
]));
