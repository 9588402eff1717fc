// What a photo looks like before it is there: its blurhash as a few pixels (the format of github.com/woltapp/blurhash).
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

const number = (text: string) => [...text].reduce((sum, digit) => sum * 83 + DIGITS.indexOf(digit), 0);

function linear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function srgb(value: number): number {
  const v = Math.max(0, Math.min(1, value));
  return Math.round((v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055) * 255);
}

const signedSquare = (value: number) => Math.sign(value) * value * value;

/** The pixels (red, green, blue, opaque) of a hash; nothing where it is none. */
export function decode(hash: string, width: number, height: number): Uint8ClampedArray<ArrayBuffer> | null {
  const flag = number(hash[0] ?? "");
  const [nx, ny] = [(flag % 9) + 1, Math.floor(flag / 9) + 1];
  if (hash.length !== 4 + 2 * nx * ny || [...hash].some((digit) => !DIGITS.includes(digit))) return null;
  const most = (number(hash[1] ?? "") + 1) / 166;
  const mean = number(hash.slice(2, 6));
  const colours = [[linear(mean >> 16), linear((mean >> 8) & 255), linear(mean & 255)]];
  for (let n = 1; n < nx * ny; n++) {
    const value = number(hash.slice(4 + n * 2, 6 + n * 2));
    const parts = [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19];
    colours.push(parts.map((part) => signedSquare((part - 9) / 9) * most));
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      colours.forEach((colour, n) => {
        const basis =
          Math.cos((Math.PI * x * (n % nx)) / width) * Math.cos((Math.PI * y * Math.floor(n / nx)) / height);
        colour.forEach((part, at) => {
          sum[at] = (sum[at] ?? 0) + part * basis;
        });
      });
      pixels.set([...sum.map(srgb), 255], 4 * (x + y * width));
    }
  }
  return pixels;
}
