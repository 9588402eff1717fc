// Adding images to a set: many files at once, one after the other, each with how far it is and what went wrong.
import { Button, Progress } from "@mantine/core";
import { useRef, useState } from "react";
import { sendImage, useSetActs } from "../../api/offers";
import { problemText } from "../../components/states";
import { counted } from "../../format";

interface Sent {
  name: string;
  problem: string;
}

export function AddImages({ set, left }: { set: string; left: number }) {
  const { again } = useSetActs();
  const input = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<{ n: number; done: number; part: number } | null>(null);
  const [refused, setRefused] = useState<Sent[]>([]);
  const [told, setTold] = useState("");
  const send = async (files: File[]) => {
    setRefused([]);
    setTold("");
    const problems: Sent[] = files.slice(left).map((file) => ({ name: file.name, problem: "the set is full" }));
    const taken = files.slice(0, left);
    for (const [done, file] of taken.entries()) {
      setProgress({ n: taken.length, done, part: 0 });
      try {
        await sendImage(set, file, (part) => setProgress({ n: taken.length, done, part }));
      } catch (error) {
        problems.push({ name: file.name, problem: problemText(error) });
      }
    }
    await again();
    setProgress(null);
    setRefused(problems);
    setTold(`${counted(files.length - problems.length, "image", "images")} added.`);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        className="unseen"
        tabIndex={-1}
        aria-label="Images to add"
        accept="image/jpeg,image/png,image/webp"
        multiple
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) send(files);
        }}
      />
      <Button variant="default" size="compact-md" onClick={() => input.current?.click()} loading={progress !== null}>
        Add images
      </Button>
      {progress ? (
        <Progress
          mt={8}
          value={((progress.done + progress.part) / progress.n) * 100}
          aria-label={`Image ${progress.done + 1} of ${progress.n}`}
        />
      ) : null}
      <p className="fine" role="status">
        {told}
      </p>
      {refused.length > 0 ? (
        <ul className="plain fine neg" aria-label="Not added">
          {refused.map((one) => (
            <li key={one.name}>
              <bdi>{one.name}</bdi>: {one.problem}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
