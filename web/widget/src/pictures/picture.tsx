// A picture on a canvas: the host page's policy need not let ours in as images.
import { useEffect, useRef, useState } from "preact/hooks";

async function bytesOf(address: string): Promise<Blob> {
  const [head, data] = address.split(";base64,");
  if (data) return new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: head!.slice(5) });
  const response = await fetch(address, { credentials: "omit" });
  if (!response.ok) throw new Error(response.statusText);
  return response.blob();
}

export function Picture({ address, alt }: { address: string; alt: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, show] = useState(false);
  // An address is signed anew with every answer, and the picture is the same.
  const picture = address.split("?")[0];
  useEffect(() => {
    let gone = false;
    bytesOf(address)
      .then(createImageBitmap)
      .then((bitmap) => {
        if (gone || !canvas.current) return;
        canvas.current.width = bitmap.width;
        canvas.current.height = bitmap.height;
        canvas.current.getContext("2d")!.drawImage(bitmap, 0, 0);
        show(true);
      })
      .catch(() => {});
    return () => {
      gone = true;
    };
  }, [picture]);
  return <canvas ref={canvas} role="img" aria-label={alt} class={shown ? "picture" : "picture bare"} />;
}
