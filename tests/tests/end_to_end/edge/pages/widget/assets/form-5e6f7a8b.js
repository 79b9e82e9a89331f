export const form = "a test's";
