// However much news there is, one question at a time, and the last news is followed.
import { expect, test } from "vitest";
import { calmly } from "./calmly";

test("news that come during an answer are one more question after it, also where one fails", async () => {
  const answers: (() => void)[] = [];
  const asked = () => answers.length;
  const news = calmly(
    () =>
      new Promise((resolve, reject) => {
        const n = answers.length;
        answers.push(() => (n === 0 ? reject(new Error("lost")) : resolve(n)));
      }),
  );
  const first = news();
  await news();
  await news();
  expect(asked()).toBe(1);
  answers[0]?.();
  await expect.poll(asked).toBe(2);
  answers[1]?.();
  await first;
  expect(asked()).toBe(2);
  const last = news();
  expect(asked()).toBe(3);
  answers[2]?.();
  await last;
});
