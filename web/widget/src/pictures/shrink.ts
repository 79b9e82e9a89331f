// Pictures that the desk does not take as they are: too large, or of a kind that only this browser can read.

const TAKEN = ["image/jpeg", "image/png", "image/gif", "image/webp"];
/** What a file of this kind would have to lose is its movement, and nobody wants that silently. */
const MOVES = "image/gif";
/** The longest side, and how well it is kept: one after the other until it is small enough. */
const STEPS: [number, number][] = [
  [2560, 0.85],
  [2048, 0.8],
  [1600, 0.75],
  [1280, 0.7],
  [800, 0.6],
];
const STILL = 96;

export function isPicture(file: Blob): boolean {
  return file.type.startsWith("image/") && file.type !== "image/svg+xml";
}

/** The picture itself when it fits, else a smaller one; null: it cannot be made to fit. */
export async function fitting(file: File, limit: number): Promise<Blob | null> {
  if (TAKEN.includes(file.type) && file.size <= limit) return file;
  if (file.type === MOVES) return null;
  try {
    const picture = await createImageBitmap(file);
    for (const [side, quality] of STEPS) {
      const blob = await drawn(picture, side).convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= limit) return blob;
    }
  } catch {
    // No browser's picture, or no memory for it.
  }
  return null;
}

/** A small still, as a `data:` address. */
export async function stillOf(file: Blob): Promise<string | undefined> {
  try {
    const blob = await drawn(await createImageBitmap(file), STILL).convertToBlob({ type: "image/jpeg", quality: 0.7 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return `data:image/jpeg;base64,${btoa(String.fromCharCode(...bytes))}`;
  } catch {
    return undefined;
  }
}

function drawn(picture: ImageBitmap, side: number): OffscreenCanvas {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.ceil(picture.width * scale), Math.ceil(picture.height * scale));
  const context = canvas.getContext("2d")!;
  // A picture without a ground gets a white one: JPEG has none of its own.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
