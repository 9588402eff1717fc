// The shapes of the Desk's HTTP API under the names the pages use. They are those of openapi.json, from which
// `npm run api` generates schema.d.ts; the rest of the code imports types from here alone.
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

type Asked<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;

export type Failure = Schemas["Failure"];
export type FieldError = Schemas["FieldError"];

export type Day = Schemas["Day"];
/** A person as `kind:value`, such as `customer:00001`; encode it in paths. */
export type PersonName = Schemas["Person"]["person"];
export type Cell = Schemas["Cell"];
export type Stage = Schemas["Stage"];
export type Direction = Schemas["Direction"];
export type Flow = Schemas["Flow"];
export type PeriodFlow = Schemas["PeriodFlow"];
export type GrowthBy = Schemas["By"];
export type WhyOf = Schemas["Of"];

/** The object, the day, and the day compared with; what is left out the server fills in. */
export type Scope = Pick<Asked<"get_today">, "object" | "on" | "since">;

export type Piece = Schemas["Piece"];
export type PersonRow = Schemas["PersonRow"];
export type LayerShare = Schemas["LayerShare"];

export type SignIn = Schemas["SignIn"];
export type Session = Schemas["Session"];
export type Workspace = Schemas["Workspace"];
export type Job = Schemas["Job"];

export type Today = Schemas["Today"];
export type Engaged = Schemas["Engaged"];
export type EngagedRow = Schemas["EngagedRow"];
export type Growth = Schemas["Growth"];
export type GrowthRow = Schemas["GrowthRow"];

export type Leaving = Schemas["Leaving"];
export type LeavingKind = Schemas["LeavingKind"];
export type StillEngaged = Schemas["StillEngaged"];
export type Worth = Schemas["Worth"];
export type Quadrant = Schemas["Quadrant"];
export type Layer = Schemas["Layer"];

export type Accounts = Schemas["Accounts"];
export type Account = Schemas["Account"];
export type Move = Schemas["Move"];
export type Base = Schemas["Base"];
export type Change = Schemas["Change"];
export type AccountPart = Schemas["AccountPart"];
export type AmountUnit = Schemas["AmountUnit"];

export type Models = Schemas["Models"];
export type ModelRow = Schemas["ModelRow"];
export type Scores = Schemas["Scores"];
export type Decile = Schemas["Decile"];
export type Factor = Schemas["Factor"];
export type Cohorts = Schemas["Cohorts"];
export type Cohort = Schemas["Cohort"];
export type CohortCell = Schemas["CohortCell"];
export type MadeBy = Schemas["MadeBy"];
export type Counted = Schemas["Counted"];
export type Survivors = Schemas["Survivors"];

export type Audience = Schemas["Audience"];
export type Audiences = Schemas["Audiences"];
export type NewAudience = Schemas["NewAudience"];

export type Matrix = Schemas["Matrix"];
export type Quadrants = Schemas["Quadrants"];
export type MatrixCell = Schemas["MatrixCell"];
export type MigrationRow = Schemas["Migration"];
export type MigrationFrom = Schemas["Origin"];
export type MigrationTo = Schemas["Destination"];

export type Definitions = Schemas["Definitions"];
export type Definition = Schemas["Definition"];
export type PairAgreement = Schemas["PairAgreement"];
export type Disputed = Schemas["Disputed"];
export type PersonDefinitions = Schemas["PersonDefinitions"];
export type PersonDefinition = Schemas["PersonDefinition"];

export type People = Schemas["People"];
export type PeopleSort = Schemas["Sort"];
/**
 * Everything the People list can be asked, besides the scope and the page. Any text, because it comes from the address as
 * somebody wrote it; the server says what is wrong with it.
 */
export type PeopleQuery = { [K in Exclude<keyof Asked<"list_people">, keyof Scope | "limit" | "next">]?: string };

export type Person = Schemas["Person"];
export type PersonRooms = Schemas["PersonRooms"];
export type RoomWall = Schemas["RoomWall"];
export type RoomFrame = Schemas["RoomFrame"];
export type PersonStanding = Schemas["PersonStanding"];
export type SparkPoint = Schemas["SparkPoint"];
export type IdRow = Schemas["IdRow"];
/** The two ends of a link that is undone or redone. */
export type Ends = Schemas["Ends"];
export type LinkRow = Schemas["LinkRow"];
export type Timeline = Schemas["Timeline"];
export type TimelineRow = Schemas["TimelineRow"];
export type Why = Schemas["Why"];
export type Contribution = Schemas["Contribution"];

export type SqlSchema = Schemas["SqlSchema"];
export type SqlTable = Schemas["SqlTable"];
export type SqlProgress = Schemas["SqlProgress"];
export type SqlQuestion = Schemas["SqlQuestion"];
export type SqlResult = Schemas["SqlAnswer"];
export type SqlValue = Schemas["SqlValue"];
export type Question = Schemas["Question"];
export type Questions = Schemas["Questions"];
export type NewQuestion = Schemas["NewQuestion"];

export type Health = Schemas["Health"];
export type Rejected = Schemas["Rejected"];
export type RejectedRow = Schemas["RejectedRow"];
export type RejectedCounts = Schemas["RejectedCounts"];
export type RejectedCount = Schemas["RejectedCount"];
/** Which rejections are asked for, as the address has it. */
export type RejectedQuery = { [K in Exclude<keyof Asked<"list_rejected">, "next">]?: string };
export type Mended = Schemas["Mended"];
export type Replayed = Schemas["Replayed"];
export type Deleted = Schemas["Deleted"];
export type Source = Schemas["Source"];
export type Sources = Schemas["Sources"];
export type SourceKey = Schemas["SourceKey"];
export type NewSource = Schemas["NewSource"];
export type SourceChange = Schemas["SourceChange"];
export type SourceLink = Schemas["SourceLink"];
export type SourceMailbox = Schemas["SourceMailbox"];
export type MailboxChange = Schemas["MailboxChange"];
export type KeyedSource = Schemas["KeyedSource"];
export type Rotation = Schemas["Rotation"];
export type Arrival = Schemas["Arrival"];
export type Receipt = Schemas["Receipt"];
export type Names = Schemas["Names"];
export type UnmappedUse = Schemas["UnmappedUse"];
export type MappedUse = Schemas["MappedUse"];
export type Mapping = Schemas["Mapping"];
export type Merges = Schemas["Merges"];
export type MergeState = Schemas["MergeState"];
export type Tried = Schemas["Tried"];
export type Trial = Schemas["Trial"];
export type Settings = Schemas["Settings"];
export type VerbRow = Schemas["VerbRow"];

export type Alerts = Schemas["Alerts"];
export type Alert = Schemas["Alert"];
export type AlertQuery = Asked<"list_alerts">;
export type Looked = Schemas["Looked"];
export type Seen = Schemas["Seen"];
export type Hooks = Schemas["Hooks"];
export type Hook = Schemas["Hook"];
export type KeyedHook = Schemas["KeyedHook"];
export type NewHook = Schemas["NewHook"];
export type HookChange = Schemas["HookChange"];
export type Deliveries = Schemas["Deliveries"];
export type Delivery = Schemas["Delivery"];
export type DeliveryQuery = Asked<"list_deliveries">;

export type Asks = Schemas["Asks"];
export type AskLine = Schemas["AskLine"];
export type AskCounts = Schemas["AskCounts"];
export type AskCount = Schemas["AskCount"];
export type AskQuery = { [K in Exclude<keyof Asked<"list_asks">, "next">]?: string };
export type FoundThreads = Schemas["FoundThreads"];
export type FoundThread = Schemas["FoundThread"];
export type Thread = Schemas["Thread"];
export type ThreadPost = Schemas["ThreadPost"];
export type PostMail = Schemas["PostMail"];
export type PostFile = Schemas["PostFile"];
export type Doubt = Schemas["Doubt"];
export type ThreadNote = Schemas["ThreadNote"];
export type WaitingReply = Schemas["WaitingReply"];
export type NewReply = Schemas["NewReply"];
export type Closing = Schemas["Closing"];
export type Assignment = Schemas["Assignment"];
export type Snooze = Schemas["Snooze"];
export type MergeInto = Schemas["MergeInto"];
export type Hold = Schemas["Hold"];
export type PostCorrection = Schemas["PostCorrection"];
export type NewTalk = Schemas["NewTalk"];
export type NotedTalk = Schemas["NotedTalk"];
export type Saying = Schemas["Saying"];
export type SayingJudged = Schemas["SayingJudged"];
export type SourceMentions = Schemas["SourceMentions"];
export type ToldMention = Schemas["ToldMention"];
export type WatchedFeed = Schemas["WatchedFeed"];
export type SavedAnswers = Schemas["SavedAnswers"];
export type SavedAnswer = Schemas["SavedAnswer"];
export type NewSavedAnswer = Schemas["NewSavedAnswer"];
export type Responses = Schemas["Responses"];
export type ResponseGroup = Schemas["ResponseGroup"];
export type ResponseGrouping = Schemas["ResponseGrouping"];
export type WaitStep = Schemas["WaitStep"];
export type SustainEffect = Schemas["SustainEffect"];
export type Reciprocities = Schemas["Reciprocities"];
export type BrandReciprocity = Schemas["BrandReciprocity"];

export type SignInWays = Schemas["SignInWays"];
export type Invited = Schemas["Invited"];
export type Joining = Schemas["Joining"];
export type PasskeyRequest = Schemas["PasskeyRequest"];
export type PasskeyCreation = Schemas["PasskeyCreation"];
export type OwnAccount = Schemas["OwnAccount"];
export type AccountSession = Schemas["AccountSession"];
export type AccountPasskey = Schemas["AccountPasskey"];
export type NewPassword = Schemas["NewPassword"];
export type StaffRow = Schemas["StaffRow"];
export type StaffList = Schemas["StaffList"];
export type NewStaff = Schemas["NewStaff"];
export type StaffChange = Schemas["StaffChange"];
export type Invitation = Schemas["Invitation"];
export type RoomInvitation = Schemas["RoomInvitation"];
export type Audit = Schemas["Audit"];
export type Deed = Schemas["Deed"];
export type AuditQuery = Asked<"list_audit">;

export type OfferBrand = Schemas["OfferBrand"];
export type OfferBrands = Schemas["OfferBrands"];
export type OfferSet = Schemas["OfferSet"];
export type OfferSets = Schemas["OfferSets"];
export type OfferImage = Schemas["OfferImage"];
export type SetChange = Schemas["SetChange"];
export type SetHung = Schemas["SetHung"];
export type HangAsk = Schemas["HangAsk"];
export type ToldTotal = Schemas["ToldTotal"];
export type OfferProduct = Schemas["OfferProduct"];
export type OfferProducts = Schemas["OfferProducts"];
export type CatalogueImport = Schemas["CatalogueImport"];
export type OfferOccasion = Schemas["OfferOccasion"];
export type OfferOccasions = Schemas["OfferOccasions"];
export type OccasionChange = Schemas["OccasionChange"];
export type OccasionAnswers = Schemas["OccasionAnswers"];
export type BrandSaid = Schemas["BrandSaid"];
export type Picture = Schemas["Image"];

export type Dispute = Schemas["Dispute"];
export type Consent = Schemas["Consent"];
export type PersonErasure = Schemas["PersonErasure"];
export type ErasureReceipt = Schemas["ErasureReceipt"];
export type Erasures = Schemas["Erasures"];
