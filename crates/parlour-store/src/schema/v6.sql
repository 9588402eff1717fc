-- Version 6: people's own rooms, what brands offer them, and what is known of them.

-- People and their rooms.

-- Whoever has a room. `skeleton` is the handle as it looks, so that no two look alike; doors are numbered from open to closed.
CREATE TABLE member (
  id TEXT PRIMARY KEY, handle TEXT, skeleton TEXT, mail TEXT, name TEXT NOT NULL, search TEXT NOT NULL, about TEXT NOT NULL,
  town TEXT NOT NULL, born_year BIGINT, door BIGINT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX member_skeleton ON member (skeleton) WHERE skeleton IS NOT NULL;
CREATE UNIQUE INDEX member_handle ON member (handle) WHERE handle IS NOT NULL;
CREATE UNIQUE INDEX member_mail ON member (mail) WHERE mail IS NOT NULL;
CREATE TABLE member_session (
  hash BYTEA PRIMARY KEY, member TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL, device TEXT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX member_session_member ON member_session (member);
CREATE TABLE member_passkey (
  id BYTEA PRIMARY KEY, member TEXT NOT NULL, name TEXT NOT NULL, algorithm BIGINT NOT NULL, public_key BYTEA NOT NULL,
  n_signed BIGINT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX member_passkey_member ON member_passkey (member);
-- Ids that a member has shown to be theirs, beside their own; no id is in two rooms.
CREATE TABLE claim (
  member TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, proof TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (member, kind, value)
) /* sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX claim_value ON claim (kind, value);
-- In which circle `owner` counts `other`; until `accepted_at` it is what was asked. Both directions are rows.
CREATE TABLE acquaintance (
  owner TEXT NOT NULL, other TEXT NOT NULL, circle BIGINT NOT NULL, words TEXT NOT NULL, asked_at BIGINT NOT NULL,
  accepted_at BIGINT, PRIMARY KEY (owner, other)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX acquaintance_other ON acquaintance (other, accepted_at);
CREATE TABLE blocked (
  owner TEXT NOT NULL, other TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (owner, other)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX blocked_other ON blocked (other);
-- One thing on a wall. `thing` is the photo or album it shows; what was taken down stays for a while, to be hung again.
CREATE TABLE frame (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, kind TEXT NOT NULL, size BIGINT NOT NULL, place BIGINT NOT NULL,
  door BIGINT NOT NULL, thing TEXT, data TEXT NOT NULL, hung_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
  removed_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX frame_place ON frame (member, place, id);
CREATE INDEX frame_hung ON frame (member, hung_at);
CREATE INDEX frame_thing ON frame (thing) WHERE thing IS NOT NULL;
CREATE INDEX frame_removed ON frame (removed_at) WHERE removed_at IS NOT NULL;
CREATE TABLE photo (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, media BIGINT NOT NULL, alt TEXT NOT NULL, caption TEXT NOT NULL,
  is_child BIGINT NOT NULL, door BIGINT NOT NULL, created_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX photo_member ON photo (member, created_at);
CREATE INDEX photo_media ON photo (media);
CREATE TABLE album (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, title TEXT NOT NULL, door BIGINT NOT NULL, created_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX album_member ON album (member, created_at);
CREATE TABLE album_photo (
  album TEXT NOT NULL, photo TEXT NOT NULL, place BIGINT NOT NULL, PRIMARY KEY (album, photo)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX album_photo_photo ON album_photo (photo);
-- How often a room was looked into on a day; by whom is not kept.
CREATE TABLE peek (
  member TEXT NOT NULL, day BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (member, day)
) /* sqlite: WITHOUT ROWID */;

-- What brands offer.

-- Pictures. Their files lie in the data folder under `file`, one for each of `widths`; a file without a row is an orphan.
-- `hash` is of what was sent.
CREATE TABLE media (
  id BIGINT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, file TEXT NOT NULL, hash BYTEA NOT NULL,
  width BIGINT NOT NULL, height BIGINT NOT NULL, widths TEXT NOT NULL, blurhash TEXT NOT NULL, colour TEXT NOT NULL,
  n_bytes BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE INDEX media_owner ON media (owner, id);
-- A brand's catalogue, and the words by which its products are found.
CREATE TABLE product (
  brand TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL, image TEXT NOT NULL, price_minor BIGINT,
  currency TEXT NOT NULL, gtin TEXT NOT NULL, sku TEXT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (brand, id)
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE product_word (
  word TEXT NOT NULL, brand TEXT NOT NULL, product TEXT NOT NULL, PRIMARY KEY (word, brand, product)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX product_word_product ON product_word (brand, product);
-- Images a brand offers for people's walls. One that is ended stays, so that frames can say whose it was.
CREATE TABLE image_set (
  id TEXT PRIMARY KEY, brand TEXT NOT NULL, title TEXT NOT NULL, rights TEXT NOT NULL, is_open BIGINT NOT NULL,
  ends_at BIGINT, ended_at BIGINT, created_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX image_set_brand ON image_set (brand, created_at);
CREATE TABLE set_image (
  id TEXT PRIMARY KEY, set_id TEXT NOT NULL, place BIGINT NOT NULL, media BIGINT NOT NULL, alt TEXT NOT NULL,
  hash BYTEA NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX set_image_place ON set_image (set_id, place);
CREATE TABLE hang_request (
  set_id TEXT NOT NULL, member TEXT NOT NULL, words TEXT NOT NULL, asked_at BIGINT NOT NULL, declined_at BIGINT,
  PRIMARY KEY (set_id, member)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX hang_request_member ON hang_request (member, asked_at);
-- What a brand holds somewhere, and who comes. `is_waiting` is beyond its capacity; `tells` lets the brand know who it is.
CREATE TABLE occasion (
  id TEXT PRIMARY KEY, brand TEXT NOT NULL, title TEXT NOT NULL, about TEXT NOT NULL, place TEXT NOT NULL,
  latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
  zone TEXT NOT NULL, capacity BIGINT, url TEXT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
  cancelled_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX occasion_brand ON occasion (brand, starts_at);
CREATE TABLE rsvp (
  occasion TEXT NOT NULL, member TEXT NOT NULL, answer TEXT NOT NULL, is_waiting BIGINT NOT NULL, tells BIGINT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (occasion, member)
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX rsvp_member ON rsvp (member);
-- What people say of things on their photos: `x` and `y` from 0 to 1.
CREATE TABLE tag (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, photo TEXT NOT NULL, x DOUBLE PRECISION NOT NULL, y DOUBLE PRECISION NOT NULL,
  brand TEXT NOT NULL, product TEXT NOT NULL, label TEXT NOT NULL, link TEXT NOT NULL, price_minor BIGINT,
  currency TEXT NOT NULL, rating BIGINT, review TEXT NOT NULL, bought_at TEXT NOT NULL, why TEXT NOT NULL,
  created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX tag_photo ON tag (photo, created_at);
CREATE INDEX tag_member ON tag (member);
CREATE INDEX tag_brand ON tag (brand, changed_at);
-- What belongs to somebody's life: their dentist, their car. `tells` lets a brand that is named know whose it is.
CREATE TABLE fact (
  id TEXT PRIMARY KEY, member TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL, name TEXT NOT NULL,
  brand TEXT NOT NULL, link TEXT NOT NULL, words TEXT NOT NULL, door BIGINT NOT NULL, tells BIGINT NOT NULL,
  created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX fact_member ON fact (member, created_at);
CREATE INDEX fact_brand ON fact (brand) WHERE brand <> '';

-- What is known, and forgotten.

-- What is known, and forgotten.

-- What somebody lets be done with what is known of them, by the id that it came with; the last of each counts.
CREATE TABLE consent (
  key BYTEA NOT NULL, purpose TEXT NOT NULL, at BIGINT NOT NULL, is_given BIGINT NOT NULL, how TEXT NOT NULL,
  PRIMARY KEY (key, purpose, at)
) /* sqlite: WITHOUT ROWID */;
-- What somebody says against what was concluded of them.
CREATE TABLE dispute (
  id BIGINT PRIMARY KEY, key BYTEA NOT NULL, object BYTEA NOT NULL, matter TEXT NOT NULL, said TEXT NOT NULL,
  words TEXT NOT NULL, at BIGINT NOT NULL, taken_back_at BIGINT
);
CREATE INDEX dispute_key ON dispute (key, at);
CREATE INDEX post_person ON post (person, at);
CREATE INDEX alert_person ON alert (person);
-- That somebody was erased; of whom is not told.
CREATE TABLE erasure (
  id TEXT PRIMARY KEY, asked_at BIGINT NOT NULL, done_at BIGINT, how TEXT NOT NULL, counts TEXT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE erased (
  key BYTEA PRIMARY KEY, erasure TEXT NOT NULL, at BIGINT NOT NULL, is_barred BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
