// The room's way to the server. What is the owner's own is marked, so that it can be read without a network later.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, queryString } from "../api/client";
import type { PasskeyCreation, PasskeyRequest } from "../api/types";
import { createPasskey, signWithPasskey } from "../passkeys";
import type {
  Acquaintances,
  AlbumChange,
  Content,
  Door,
  FoundRooms,
  Frame,
  FrameChange,
  OwnRoom,
  OwnRoomChange,
  PhotoChange,
  RoomAlbum,
  RoomAlbums,
  RoomPasskeys,
  RoomPeeks,
  RoomPhoto,
  RoomPhotos,
  RoomSessions,
  RoomSignInWays,
  Wall,
} from "./types";

const ME = ["me"];
const WALL = ["wall"];
const PHOTOS = ["photos"];
const ALBUMS = ["albums"];
const AROUND = ["around"];
const PASSKEYS = ["passkeys"];
const SESSIONS = ["sessions"];

/** Something of one's own room, which may be kept for reading without a network. */
const own = <T>(path: string, params?: Record<string, string | undefined>, signal?: AbortSignal) =>
  api.keep<T>(`/room${path}`, params, signal);

/** One's own room; it is not asked for while a link is being spent, whose answer is newer. */
export function useMe(isWanted: boolean) {
  return useQuery({
    queryKey: ME,
    queryFn: ({ signal }) => own<OwnRoom>("/me", undefined, signal),
    retry: false,
    enabled: isWanted,
  });
}

export function useWays() {
  return useQuery({ queryKey: ["ways"], queryFn: () => api.get<RoomSignInWays>("/room/sign-in") });
}

/** Comes in: by a link's token, by a passkey. */
export function useEnter() {
  const client = useQueryClient();
  const onSuccess = (me: OwnRoom) => client.setQueryData(ME, me);
  const byLink = useMutation({
    mutationFn: (token: string) => api.post<OwnRoom>("/room/session", { token }),
    onSuccess,
  });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const asked = await api.post<PasskeyRequest>("/room/sign-in/passkey/challenge");
      return api.post<OwnRoom>("/room/sign-in/passkey", await signWithPasskey(asked));
    },
    onSuccess,
  });
  const sendLink = useMutation({ mutationFn: (mail: string) => api.post<void>("/room/sign-in/mail", { mail }) });
  return { byLink, byPasskey, sendLink };
}

/** Nothing of the room stays on this device. */
export async function forget(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration("/room");
  registration?.active?.postMessage("forget");
}

/** Goes, and begins anew: nothing that was loaded stays. */
export function useLeave() {
  return useMutation({
    mutationFn: async () => {
      await api.remove<void>("/room/session");
      await forget();
    },
    onSuccess: () => window.location.replace("/room"),
  });
}

/** What one says of oneself. */
export function useOwnRoom() {
  const client = useQueryClient();
  const onSuccess = (me: OwnRoom) => client.setQueryData(ME, me);
  const chooseHandle = useMutation({
    mutationFn: (handle: string) => api.put<OwnRoom>("/room/me/handle", { handle }),
    onSuccess,
  });
  const change = useMutation({ mutationFn: (me: OwnRoomChange) => api.put<OwnRoom>("/room/me", me), onSuccess });
  const proveMail = useMutation({ mutationFn: (mail: string) => api.post<void>("/room/me/mail", { mail }) });
  const claim = useMutation({
    mutationFn: (said: { source: string; user: string; signature: string }) =>
      api.post<OwnRoom>("/room/me/claims", said),
    onSuccess,
  });
  return { chooseHandle, change, proveMail, claim };
}

export function usePeeks() {
  return useQuery({ queryKey: ["peeks"], queryFn: () => api.get<RoomPeeks>("/room/me/peeks") });
}

export function useKeys() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: PASSKEYS });
  const list = useQuery({ queryKey: PASSKEYS, queryFn: () => api.get<RoomPasskeys>("/room/me/passkeys") });
  const add = useMutation({
    mutationFn: async (name: string) => {
      const asked = await api.post<PasskeyCreation>("/room/me/passkeys/challenge");
      return api.post("/room/me/passkeys", { name, ...(await createPasskey(asked)) });
    },
    onSettled,
  });
  const drop = useMutation({ mutationFn: (id: string) => api.remove<void>(`/room/me/passkeys/${id}`), onSettled });
  return { list, add, drop };
}

export function useSessions() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: SESSIONS });
  const list = useQuery({ queryKey: SESSIONS, queryFn: () => api.get<RoomSessions>("/room/me/sessions") });
  const endOthers = useMutation({ mutationFn: () => api.remove<void>("/room/me/sessions"), onSettled });
  const end = useMutation({ mutationFn: (id: string) => api.remove<void>(`/room/me/sessions/${id}`), onSettled });
  return { list, end, endOthers };
}

// The wall.

type Part = Omit<Wall, "frames"> & { frames: Frame[] };

export function useWall(handle: string) {
  return useInfiniteQuery({
    queryKey: WALL,
    queryFn: ({ pageParam, signal }) => own<Part>(`/rooms/${handle}`, { after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

type Parts = { pages: Part[]; pageParams: (string | undefined)[] };

/** Hanging and changing. What is shown changes at once; what the server then says holds. */
export function useArranging() {
  const client = useQueryClient();
  /** The frames that are loaded, as one part. */
  const show = (change: (frames: Frame[]) => Frame[]) =>
    client.setQueryData<Parts>(WALL, (known) => {
      const last = known?.pages.at(-1);
      if (!known || !last) return known;
      const before = known.pages.flatMap((part) => part.frames);
      const frames = change(before);
      const n_frames = last.n_frames + frames.length - before.length;
      return { pages: [{ ...last, frames, n_frames }], pageParams: [undefined] };
    });
  const again = () => client.invalidateQueries({ queryKey: WALL });
  const hang = useMutation({
    mutationFn: (content: Content) =>
      api.post<Frame>("/room/frames", { content, size: 1, door: "passers_by", after: "" }),
    onSuccess: (frame) => show((frames) => [frame, ...frames]),
  });
  const change = useMutation({
    // One after the other, so that what was done last is said last.
    scope: { id: "wall" },
    mutationFn: (changes: FrameChange[]) => api.post<{ frames: Frame[] }>("/room/wall", { changes }),
    onSuccess: ({ frames: changed }, changes) => {
      show((frames) => frames.map((frame) => changed.find((one) => one.id === frame.id) ?? frame));
      // What hangs again comes to its old place.
      return changes.some((one) => one.hangs === true) ? again() : undefined;
    },
    onError: again,
  });
  return { hang, change, show };
}

// Photos, albums.

export function usePhotos() {
  return useInfiniteQuery({
    queryKey: PHOTOS,
    queryFn: ({ pageParam, signal }) => own<RoomPhotos>("/photos", { next: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

interface Upload {
  file: File;
  alt: string;
  isChild: boolean;
}

async function upload({ file, alt, isChild }: Upload): Promise<RoomPhoto> {
  const query = queryString({ alt, is_child: isChild ? "true" : undefined });
  const response = await fetch(`/api/v1/room/photos${query}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: file,
  });
  const said = await response.json().catch(() => null);
  if (response.ok) return said as RoomPhoto;
  const error = said?.error as { code: string; message: string } | undefined;
  throw new ApiError(response.status, error?.code ?? "unreadable", error?.message ?? "the photo could not be sent");
}

export function usePictures() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([PHOTOS, ALBUMS, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const add = useMutation({ mutationFn: upload, onSettled });
  const change = useMutation({
    mutationFn: ({ id, photo }: { id: string; photo: PhotoChange }) => api.put<RoomPhoto>(`/room/photos/${id}`, photo),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.remove<void>(`/room/photos/${id}`), onSettled });
  return { add, change, remove };
}

export function useAlbums() {
  const client = useQueryClient();
  const onSettled = () => Promise.all([ALBUMS, WALL].map((queryKey) => client.invalidateQueries({ queryKey })));
  const list = useQuery({ queryKey: ALBUMS, queryFn: ({ signal }) => own<RoomAlbums>("/albums", undefined, signal) });
  const put = useMutation({
    mutationFn: ({ id, album }: { id?: string; album: AlbumChange }) =>
      id ? api.put<RoomAlbum>(`/room/albums/${id}`, album) : api.post<RoomAlbum>("/room/albums", album),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.remove<void>(`/room/albums/${id}`), onSettled });
  return { list, put, remove };
}

// People.

export function useAround() {
  return useQuery({ queryKey: AROUND, queryFn: () => api.get<Acquaintances>("/room/acquaintances") });
}

export function usePeople() {
  const client = useQueryClient();
  const onSuccess = (around: Acquaintances) => {
    client.setQueryData(AROUND, around);
    return client.invalidateQueries({ queryKey: ME });
  };
  const path = (handle: string) => `/room/acquaintances/${encodeURIComponent(handle)}`;
  const ask = useMutation({
    mutationFn: (said: { handle: string; circle: number; words: string }) =>
      api.post<void>("/room/acquaintances", said),
  });
  const accept = useMutation({
    mutationFn: ({ handle, circle }: { handle: string; circle: number }) =>
      api.put<Acquaintances>(path(handle), { circle }),
    onSuccess,
  });
  const part = useMutation({ mutationFn: (handle: string) => api.remove<Acquaintances>(path(handle)), onSuccess });
  const block = useMutation({
    mutationFn: (handle: string) => api.put<Acquaintances>(`/room/blocks/${encodeURIComponent(handle)}`),
    onSuccess,
  });
  const unblock = useMutation({
    mutationFn: (handle: string) => api.remove<Acquaintances>(`/room/blocks/${encodeURIComponent(handle)}`),
    onSuccess,
  });
  return { ask, accept, part, block, unblock };
}

export function useFoundRooms(q: string) {
  return useQuery({
    queryKey: ["found", q],
    queryFn: ({ signal }) => api.get<FoundRooms>("/room/search", { q }, signal),
    enabled: q.trim().length > 1,
  });
}

/** The doors, from open to closed, in words. */
export const DOORS: { value: Door; label: string; short: string }[] = [
  { value: "passers_by", label: "Everybody who passes by", short: "Passers-by" },
  { value: "acquaintance_1", label: "My acquaintances, of all three circles", short: "Circles 1 to 3" },
  { value: "acquaintance_2", label: "The second and third circle", short: "Circles 2 and 3" },
  { value: "acquaintance_3", label: "The third circle, the closest", short: "Circle 3" },
  { value: "only_me", label: "Only me", short: "Only me" },
];

export const CIRCLES: { n: number; label: string }[] = [
  { n: 1, label: "First circle: known a little" },
  { n: 2, label: "Second circle: known well" },
  { n: 3, label: "Third circle: close" },
];
