// What a mail tells beside its text: what looks wrong about its sender, why it is taken for a machine's, its files.
import type { PostMail, ThreadPost } from "../../api/types";
import { automaticWords, bytesText, doubtWords, parted } from "./mail-words";

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
      {mail.was_html ? (
        <p className="fine">It came in HTML alone; this is its text. Its pictures are not loaded.</p>
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
            </li>
          ))}
          {nMore > 0 ? <li className="fine">and {nMore} more, not kept</li> : null}
        </ul>
      )}
    </>
  );
}
