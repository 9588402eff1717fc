// What a mail tells beside its text: what looks wrong about its sender, why it is taken for a machine's, how it was sent,
// its files.
import { useState } from "react";
import type { PostMail, ThreadPost } from "../../api/types";
import { automaticWords, bytesText, doubtWords, isShown, parted, picturesElsewhere } from "./mail-words";

/** Warnings, before the text. */
export function MailSigns({ mail }: { mail: PostMail }) {
  const automatic = automaticWords(mail.automatic);
  return (
    <>
      {mail.doubts.map((doubt) => (
        <p key={`${doubt.code} ${doubt.detail}`} className="mail-doubt">
          {doubtWords(doubt)}
        </p>
      ))}
      {automatic ? <p className="fine">{automatic}</p> : null}
    </>
  );
}

/** The text, with what is quoted at its end folded away. */
export function MailText({ post }: { post: ThreadPost }) {
  const { said, quoted } = parted(post.text);
  return (
    <>
      {said === "" ? null : <p className="text">{said}</p>}
      {quoted === "" ? null : (
        <details className="mail-quoted">
          <summary>quoted</summary>
          <p className="text">{quoted}</p>
        </details>
      )}
    </>
  );
}

/** Files and what else is to be known, after the text. */
export function MailFiles({ post, mail }: { post: ThreadPost; mail: PostMail }) {
  const nMore = mail.n_files - mail.files.length;
  const files = mail.files.map((file, place) => ({ ...file, place }));
  return (
    <>
      {mail.is_cut ? <p className="fine">The mail is longer; its end is not kept.</p> : null}
      {mail.has_page ? (
        <AsSent post={post} mail={mail} />
      ) : mail.was_html ? (
        <p className="fine">It came in HTML alone; this is its text.</p>
      ) : null}
      {files.length === 0 ? null : (
        <ul className="mail-files" aria-label="Files">
          {files.map((file) => (
            <li key={file.place}>
              {file.is_kept ? (
                <a className="link" href={`/api/v1/posts/${post.key}/files/${file.place}`} download={file.name}>
                  {file.name}
                </a>
              ) : (
                <span>{file.name}</span>
              )}{" "}
              <span className="fine">
                {bytesText(file.n_bytes)}, {file.media_type}
                {file.is_kept ? "" : "; not kept: it is too large, or there was no room"}
              </span>
              {file.is_kept && isShown(file.media_type) ? <Picture post={post.key} file={file} /> : null}
            </li>
          ))}
          {nMore > 0 ? <li className="fine">and {nMore} more, not kept</li> : null}
        </ul>
      )}
    </>
  );
}

/** A picture that came with a mail, if it is one: what a file is follows from its bytes, not from its name. */
function Picture({ post, file }: { post: string; file: { place: number; name: string } }) {
  const [isNone, setNone] = useState(false);
  if (isNone) return null;
  const url = `/api/v1/posts/${post}/files/${file.place}?show=true`;
  return (
    <a href={url} target="_blank" rel="noreferrer" className="mail-picture">
      <img src={url} alt={file.name} loading="lazy" onError={() => setNone(true)} />
    </a>
  );
}

/** The mail as it was sent, in a frame where nothing runs; pictures from elsewhere only when somebody asks for them. */
function AsSent({ post, mail }: { post: ThreadPost; mail: PostMail }) {
  const [isOpen, setOpen] = useState(false);
  const [withPictures, setPictures] = useState(false);
  const url = `/api/v1/posts/${post.key}/page${withPictures ? "?pictures=true" : ""}`;
  return (
    <div className="mail-page">
      <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide how it was sent" : "Show as it was sent"}
      </button>
      {isOpen && mail.n_remote > 0 && !withPictures ? (
        <p className="fine">
          {picturesElsewhere(mail.n_remote)}{" "}
          <button type="button" className="link" onClick={() => setPictures(true)}>
            Load {mail.n_remote === 1 ? "it" : "them"}
          </button>
        </p>
      ) : null}
      {isOpen ? (
        <iframe title="The mail as it was sent" src={url} sandbox="allow-popups allow-popups-to-escape-sandbox" />
      ) : null}
    </div>
  );
}
