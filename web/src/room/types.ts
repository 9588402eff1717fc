// The shapes of the room's HTTP API under the names its pages use; see ../api/types.ts.
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type OwnRoom = Schemas["OwnRoom"];
export type OwnRoomChange = Schemas["OwnRoomChange"];
export type RoomSignInWays = Schemas["RoomSignInWays"];
export type Door = Schemas["RoomDoor"];
export type Wall = Schemas["RoomWall"];
export type RoomPhoto = Schemas["RoomPhoto"];
export type RoomPhotos = Schemas["RoomPhotos"];
export type RoomAlbum = Schemas["RoomAlbum"];
export type RoomAlbums = Schemas["RoomAlbums"];
export type AlbumChange = Schemas["AlbumChange"];
export type PhotoChange = Schemas["PhotoChange"];
export type Acquaintance = Schemas["Acquaintance"];
export type Acquaintances = Schemas["Acquaintances"];
export type RoomPeeks = Schemas["RoomPeeks"];
export type RoomSessions = Schemas["RoomSessions"];
export type RoomPasskeys = Schemas["RoomPasskeys"];
export type RoomCard = Schemas["RoomCard"];
export type FoundRooms = Schemas["FoundRooms"];

/** What a frame holds. */
export type Content =
  | { kind: "photo"; photo: string }
  | { kind: "album"; album: string }
  | { kind: "text"; text: string }
  | { kind: "video"; url: string; title: string }
  | { kind: "group"; title: string; words: string; link?: string }
  | { kind: "placement"; set: string; image: string; words: string; album?: string }
  | { kind: "fact"; fact: string }
  | { kind: "occasion"; occasion: string };

export type Frame = Omit<Schemas["RoomFrame"], "content"> & { content: Content };

/** What is to become of a frame; what is left out stays. */
export interface FrameChange {
  frame: string;
  content?: Content;
  size?: number;
  door?: Door;
  after?: string;
  hangs?: boolean;
}

export type RoomOffer = Schemas["RoomOffer"];
export type RoomOffers = Schemas["RoomOffers"];
export type NewPlacement = Schemas["NewPlacement"];
export type RoomPlaced = Schemas["RoomPlaced"];
export type RoomTag = Schemas["RoomTag"];
export type TagChange = Schemas["TagChange"];
export type RoomFact = Schemas["RoomFact"];
export type RoomFacts = Schemas["RoomFacts"];
export type FactChange = Schemas["FactChange"];
export type RoomOccasion = Schemas["RoomOccasion"];
export type RoomOccasions = Schemas["RoomOccasions"];
export type RoomProducts = Schemas["RoomProducts"];
export type OfferBrands = Schemas["OfferBrands"];
export type OfferProduct = Schemas["OfferProduct"];
export type OfferImage = Schemas["OfferImage"];

export type KnownOfMe = Schemas["KnownOfMe"];
export type KnownPost = Schemas["KnownPost"];
export type KnownAlert = Schemas["KnownAlert"];
export type KnownAudience = Schemas["KnownAudience"];
export type KnownPlaces = Schemas["KnownPlaces"];
export type Consent = Schemas["Consent"];
export type ConsentPurpose = Schemas["ConsentPurpose"];
export type Dispute = Schemas["Dispute"];
export type NewDispute = Schemas["NewDispute"];
export type PostMeant = Schemas["PostMeant"];
export type ErasureWish = Schemas["ErasureWish"];
