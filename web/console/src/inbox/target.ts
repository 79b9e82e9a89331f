// Which messages a command of the palette is about: whatever page is shown says so.
import type { Row } from "./book";

export const target: { current: () => Row[] } = { current: () => [] };
