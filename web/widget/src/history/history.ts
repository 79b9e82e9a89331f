// What was written before, fetched when somebody has written or asks for it.
export { List } from "./list";
export { default as look } from "./look.css?inline";
export { Thread } from "./thread";
