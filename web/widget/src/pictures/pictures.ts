// All about pictures, fetched once it is known that the desk takes some.
export { Chooser, takesFiles } from "./chooser";
export { default as look } from "./look.css?inline";
export { Picture } from "./picture";
export { Shelves } from "./shelves";
