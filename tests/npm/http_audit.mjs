// Runs the audits of graphql-http against $DESK_URL with the session $DESK_TOKEN, and prints one line of JSON for each.
import { serverAudits } from "graphql-http";

const { DESK_URL: url, DESK_TOKEN: token } = process.env;
const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
