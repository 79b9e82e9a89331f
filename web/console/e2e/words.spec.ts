import { expect, rowOf, test } from "./console.ts";

// What a visitor may send to do harm, or to look like something else.
const ATTACKS = [
  `</script><script>window.harm = 1</script><img src=x onerror="window.harm = 1"><svg onload="window.harm = 1">`,
  `@all <at user_id="all">everyone</at> [click](javascript:window.harm=1) ![x](http://198.51.100.1/x.png)`,
  `bidi \u202Egnp.exe\u202C and zero\u200Bwidth, {{visitor.name}} {n|one|many}`,
  "很长".repeat(2_499),
];

test("words that are meant to do harm are words", async ({ work }) => {
  const agent = await work.agent("Anna");
  const page = await work.page(agent, { locale: "en" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const attack of ATTACKS) {
    const { id, reference } = await work.leave(attack, attack.slice(0, 90));
    await page.goto(`/inbox?order=NEWEST_FIRST&m=${id}`);
    await expect(rowOf(page, id)).toBeVisible();
    await expect(page.getByRole("article", { name: reference })).toBeVisible();
    const said = await page.locator(".entry.visitor .entry-text").textContent();
    expect(said?.replace(/[\u202A-\u202E\u200B]/g, "")).toBe(attack.replace(/[\u202A-\u202E\u200B]/g, ""));
    expect(await page.locator(".timeline script, .timeline svg[onload], .timeline at, .timeline .entry-text a, .timeline .entry-text img").count()).toBe(0);
    expect(await page.evaluate(() => (window as any).harm)).toBeUndefined();
    // A long word makes nothing wider than the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
  }
  expect(asked.filter((url) => !url.startsWith(work.wire.url) && !url.startsWith("data:"))).toEqual([]);
});
