// What this browser keeps for the visitor of one desk. Where nothing can be kept, it lasts as long as the page.

export class Memory {
  private readonly page = new Map<string, string>();

  constructor(private readonly desk: string) {}

  /** The key under which it lies in the browser. */
  name(key: string): string {
    return `leaveword:${this.desk}:${key}`;
  }

  get<Value>(key: string): Value | null {
    const name = this.name(key);
    let text = this.page.get(name) ?? null;
    try {
      text ??= localStorage.getItem(name);
      return text && JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** `null`: it is forgotten. */
  set(key: string, value: unknown): void {
    const name = this.name(key);
    const text = JSON.stringify(value);
    try {
      if (value == null) localStorage.removeItem(name);
      else localStorage.setItem(name, text);
      this.page.delete(name);
    } catch {
      // Full, or forbidden by the browser.
      this.page.set(name, text);
    }
  }
}
