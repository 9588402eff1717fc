// What lies of somebody, and what of it went, in words: the names of tables are no words for people.
import { count } from "./format";

/** One, and many of it. */
const TRACES: Record<string, [string, string]> = {
  acquaintance: ["acquaintance", "acquaintances"],
  activity: ["message of other networks", "messages of other networks"],
  album: ["album", "albums"],
  album_photo: ["photo in an album", "photos in albums"],
  alert: ["alert to staff", "alerts to staff"],
  ask: ["ask", "asks"],
  attachment: ["file that was sent along", "files that were sent along"],
  audit: ["line of the audit log", "lines of the audit log"],
  blocked: ["block", "blocks"],
  claim: ["id shown to be one’s own", "ids shown to be one’s own"],
  consent: ["word on what may be used", "words on what may be used"],
  conversation: ["talk in a widget", "talks in a widget"],
  "copies of the database": ["copy of the database", "copies of the database"],
  correction: ["correction of what was meant", "corrections of what was meant"],
  credential: ["passkey or password", "passkeys or passwords"],
  delivery: ["message that was sent out", "messages that were sent out"],
  dispute: ["objection to a conclusion", "objections to conclusions"],
  draft: ["draft of a reply", "drafts of replies"],
  duty_told: ["reminder to staff", "reminders to staff"],
  entity: ["name", "names"],
  events: ["event", "events"],
  fact: ["fact", "facts"],
  follower: ["follower’s address", "followers’ addresses"],
  frame: ["frame on the wall", "frames on the wall"],
  handling: ["note of who handles a thread", "notes of who handles threads"],
  hang_request: ["wish of a brand to hang", "wishes of brands to hang"],
  identity: ["id", "ids"],
  job: ["note of long work", "notes of long work"],
  "kept standings": ["kept standing", "kept standings"],
  link: ["link between ids", "links between ids"],
  media: ["picture", "pictures"],
  member: ["room", "rooms"],
  member_passkey: ["passkey", "passkeys"],
  member_session: ["sign-in", "sign-ins"],
  note: ["note of staff", "notes of staff"],
  peek: ["day of looks into the room", "days of looks into the room"],
  photo: ["photo", "photos"],
  pictures: ["file of a picture", "files of pictures"],
  post: ["thing said", "things said"],
  question: ["saved question", "saved questions"],
  rejected: ["message that was not taken", "messages that were not taken"],
  remote_actor: ["profile of another network", "profiles of other networks"],
  reply: ["reply", "replies"],
  "rows of activity": ["line of a day’s sums", "lines of days’ sums"],
  rsvp: ["answer to an occasion", "answers to occasions"],
  standing: ["standing", "standings"],
  tag: ["tag on a photo", "tags on photos"],
  thread: ["thread", "threads"],
  unsubscribed: ["address that wants no mail", "addresses that want no mail"],
};

/** What so many of it are called; what has no word here keeps its name. */
export function traceWords(name: string, n: number): string {
  const [one, many] = TRACES[name] ?? [name.replaceAll("_", " "), name.replaceAll("_", " ")];
  return n === 1 ? one : many;
}

/** What went, the most first, without what there was none of: "12 events", "1 room". */
export function traceLines(counts: Record<string, number>): string[] {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .map(([name, n]) => `${count(n)} ${traceWords(name, n)}`);
}

/** Where it was asked that somebody be erased. */
export const ASKED_WORDS: Record<string, string> = {
  room: "by themselves, in their room",
  desk: "by staff, for somebody who asked them",
  command: "by whoever runs the server",
};
