// Writing what a frame holds: a note, a film's address, a group.
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Content } from "../types";

interface EditContentProps {
  content: Content;
  save?: string;
  onSave: (content: Content) => void;
  onCancel: () => void;
}

export function EditContent({ content: first, save = "Save", onSave, onCancel }: EditContentProps) {
  const [content, setContent] = useState(first);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(content);
  };
  return (
    <form onSubmit={submit} className="sheet writing">
      <Fields content={content} onChange={setContent} />
      <div className="row">
        <Button type="submit" size="sm">
          {save}
        </Button>
        <Button size="sm" variant="subtle" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Fields({ content, onChange }: { content: Content; onChange: (content: Content) => void }) {
  if (content.kind === "text") {
    return (
      <Textarea
        label="Your words"
        dir="auto"
        autosize
        minRows={3}
        maxLength={4000}
        value={content.text}
        onChange={(event) => onChange({ ...content, text: event.currentTarget.value })}
        required
        data-autofocus
      />
    );
  }
  if (content.kind === "placement") {
    return (
      <Textarea
        label="Your words beneath it"
        dir="auto"
        autosize
        minRows={2}
        maxLength={4000}
        value={content.words}
        onChange={(event) => onChange({ ...content, words: event.currentTarget.value })}
        data-autofocus
      />
    );
  }
  if (content.kind === "video") {
    return (
      <>
        <TextInput
          label="Address of the film"
          description="Nothing of it is loaded before somebody follows the link."
          type="url"
          placeholder="https://"
          value={content.url}
          onChange={(event) => onChange({ ...content, url: event.currentTarget.value })}
          required
          data-autofocus
        />
        <TextInput
          label="Title"
          dir="auto"
          maxLength={300}
          value={content.title}
          onChange={(event) => onChange({ ...content, title: event.currentTarget.value })}
          required
        />
      </>
    );
  }
  if (content.kind === "group") {
    return (
      <>
        <TextInput
          label="Name of the group"
          dir="auto"
          maxLength={300}
          value={content.title}
          onChange={(event) => onChange({ ...content, title: event.currentTarget.value })}
          required
          data-autofocus
        />
        <Textarea
          label="What it is to you"
          dir="auto"
          autosize
          minRows={2}
          maxLength={4000}
          value={content.words}
          onChange={(event) => onChange({ ...content, words: event.currentTarget.value })}
        />
        <TextInput
          label="Its page"
          description="If it has one; nothing of it is loaded."
          type="url"
          placeholder="https://"
          value={content.link ?? ""}
          onChange={(event) => onChange({ ...content, link: event.currentTarget.value })}
        />
      </>
    );
  }
  return null;
}
