// A form that changes while it is filled in: the visitor is told, and what they said arrives.
import type { Page } from "@playwright/test";
import type { Desk } from "../../browser/desk.ts";
import { expect, expectAccessible, test } from "../../browser/fixtures.ts";
import { askLittle, theMessageWith, visit, word } from "./visiting.ts";

test.use({ locale: "en" });
test.beforeEach(({ desk }) => askLittle(desk));
test.afterAll(({ desk }) => askLittle(desk));

const SHOE = { id: "shoe", kind: "TEXT", label: [{ locale: "en", text: "Shoe size" }] };

const askFor = (desk: Desk, fields: object[]) =>
  desk.ask(`mutation ($fields: [FormFieldInput!]) { reviseForm(input: { fields: $fields }) { userErrors { code message } } }`, { fields });

const categorise = (desk: Desk, categories: object[]) =>
  desk.ask(
    `mutation ($categories: [CategoryInput!]) { reviseCategories(input: { categories: $categories }) { userErrors { code message } } }`,
    { categories },
  );

/** Another tab was looked at for more than a minute: the desk is read again. */
const comeBack = (page: Page) =>
  page.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 61_000;
    document.dispatchEvent(new Event("visibilitychange"));
  });

/** What a message answers to the desk's own questions, and what it is about. */
async function answered(desk: Desk, content: string): Promise<object> {
  const { id } = await theMessageWith(desk, content);
  const { message } = await desk.ask(`query ($id: ID!) { message(id: $id) { category { id } fields { fieldId value } } }`, { id });
  return message;
}

test("a question that is taken away while it is answered: the visitor is told, and the answer arrives", async ({ page, shop, front, desk }) => {
  await askFor(desk, [SHOE]);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await dialog.getByLabel("Shoe size").fill("42");
  await askFor(desk, []);
  await comeBack(page);
  await expect(dialog.getByText(words.formChanged)).toBeVisible();
  await expect(dialog.getByLabel("Shoe size")).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: words.formChanged })).toHaveCount(1);
  await widget.shot("form-changed");
  await expectAccessible(page);

  // Told as long as it is so.
  await page.reload();
  await widget.open();
  await expect(dialog.getByText(words.formChanged)).toBeVisible();
  await widget.send();
  await widget.sent();
  // Nobody writes to visitors from here, so nothing else is promised.
  await expect(dialog.getByText(words.sentHere)).toBeVisible();
  expect(await answered(desk, content)).toEqual({ category: null, fields: [{ fieldId: "shoe", value: "42" }] });
  // The next one is another form.
  await widget.button(words.newMessage).click();
  await expect(widget.field("content")).toBeVisible();
  await expect(dialog.getByText(words.formChanged)).toHaveCount(0);
});

test("what it is about is no more: the visitor is told, and chooses again", async ({ page, shop, front, desk }) => {
  const { categories } = (await desk.ask("{ desk { categories { id names { locale text } icon } } }")).desk;
  const before = categories.map(({ id, names, icon }: Record<string, unknown>) => ({ id, name: names, icon }));
  const own = (id: string) => ({ id, name: [{ locale: "en", text: id }] });
  await categorise(desk, [...before, own("repairs"), own("sales")]);
  const widget = await visit(page, shop, front.url);
  const { words, dialog } = widget;
  const content = word();
  await widget.open();
  await widget.fill(content);
  await dialog.getByLabel(words.category).selectOption("repairs");
  await categorise(desk, [...before, own("sales")]);
  await widget.send();
  await expect(dialog.getByText(words.formChanged)).toBeVisible();
  await expect(dialog.getByLabel(words.category)).toBeFocused();
  await expect(dialog.getByText(words.wrong)).toBeVisible();
  await widget.shot("category-gone");
  await expectAccessible(page);
  await dialog.getByLabel(words.category).selectOption("sales");
  await widget.send();
  await widget.sent();
  expect(await answered(desk, content)).toEqual({ category: { id: "sales" }, fields: [] });
  await categorise(desk, before);
});
