//! What each lens is: whose, from where, what it measures, what it needs, and what it cannot see.

use super::Lens;

/// What a score is counted in, and so how it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "plain words")]
pub enum Unit {
    TimesMean,
    Days,
    TimesGap,
    RfScore,
    Minor,
    Points,
    Visits,
    Minutes,
    Share,
    Index,
    Percent,
    Deviations,
    Level,
    NetScore,
}

impl Unit {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimesMean => "times_mean",
            Self::Days => "days",
            Self::TimesGap => "times_gap",
            Self::RfScore => "rf_score",
            Self::Minor => "minor",
            Self::Points => "points",
            Self::Visits => "visits",
            Self::Minutes => "minutes",
            Self::Share => "share",
            Self::Index => "index",
            Self::Percent => "percent",
            Self::Deviations => "deviations",
            Self::Level => "level",
            Self::NetScore => "net_score",
        }
    }
}

/// What a lens is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct About {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name on pages.
    pub name: &'static str,
    /// Whose it is.
    pub author: &'static str,
    /// When it was told; empty where that is not known.
    pub year: &'static str,
    /// Where it was read.
    pub source: &'static str,
    /// What it measures.
    pub measures: &'static str,
    /// How it is computed here.
    pub formula: &'static str,
    /// What it needs.
    pub needs: &'static str,
    /// What it does not see.
    pub blind: &'static str,
    /// From where on it calls somebody engaged, and whose line that is.
    pub line: &'static str,
    /// What its score is counted in.
    pub unit: Unit,
    /// Whether a lower score is more engaged.
    pub is_lower_better: bool,
}

const OUR_MEAN: &str = "Above the mean of those it is measured on (our line; the author draws none).";
const OUR_HALF: &str = "Above one half (our line; the author draws none).";

impl Lens {
    /// The lens of this id.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lens| lens.about().id == id)
    }

    /// What it is.
    pub fn about(self) -> About {
        match self {
            Self::Papadakis => PAPADAKIS,
            Self::Ladder => LADDER,
            Self::FourIs => FOUR_IS,
            Self::WebTrends => WEB_TRENDS,
            Self::FutureNow => FUTURE_NOW,
            Self::ComScore => COM_SCORE,
            Self::Nielsen => NIELSEN,
            Self::Compete => COMPETE,
            Self::NovoRecency => NOVO_RECENCY,
            Self::NovoLatency => NOVO_LATENCY,
            Self::NovoRf => NOVO_RF,
            Self::NovoGrid => NOVO_GRID,
            Self::Peterson => PETERSON,
            Self::Shevlin => SHEVLIN,
            Self::Jackson => JACKSON,
            Self::Owyang => OWYANG,
            Self::Kaushik => KAUSHIK,
            Self::Ephron => EPHRON,
            Self::Arf => ARF,
            Self::NetPromoter => NET_PROMOTER,
            Self::Kumar => KUMAR,
        }
    }
}

const PAPADAKIS: About = About {
    id: "papadakis",
    name: "Degree",
    author: "Theo Papadakis (ours)",
    year: "",
    source: "The definition this workspace stands on; see docs/standing.md.",
    measures: "How much somebody does toward a brand, with what feeling, and which way it moves: three answers, not one.",
    formula: "I / mean(I), I = Σ points · layer · g(n) · 2^(−age/half-life)",
    needs: "Dated activity; feeling where somebody showed it.",
    blind: "What is felt and never shown; what happens where no events come from.",
    line: "Degree above 1, the mean of those present (the definition's own).",
    unit: Unit::TimesMean,
    is_lower_better: false,
};

const NOVO_RECENCY: About = About {
    id: "novo_recency",
    name: "Recency",
    author: "Jim Novo",
    year: "2002",
    source: "blog.jimnovo.com, 4 February 2008 and 31 August 2023; o-a.com, 2002.",
    measures: "How long ago somebody last did anything: the plainest sign of whether they will again.",
    formula: "days since the last active day",
    needs: "Dated activity.",
    blind: "How much was done, with what feeling, and whether this silence is usual for this person.",
    line: "Active within the hurdle, `definitions.window_days` (the hurdle is his, the number a setting).",
    unit: Unit::Days,
    is_lower_better: true,
};

const NOVO_LATENCY: About = About {
    id: "novo_latency",
    name: "Latency",
    author: "Jim Novo",
    year: "2002",
    source: "wnwdigital.com, part 4, on latency.",
    measures: "Whether somebody has been silent longer than others were at the same step of their life as a customer.",
    formula: "silence / L_k, L_k = mean days from the k-th active day to the next, of those who had a next",
    needs: "Dated activity of people who came again.",
    blind: "The person's own rhythm; those who never came again, since their open gaps are not in the mean.",
    line: "Silence up to L_k: beyond it the trip wire is tripped (his).",
    unit: Unit::TimesGap,
    is_lower_better: true,
};

const NOVO_RF: About = About {
    id: "novo_rf",
    name: "RF score",
    author: "Jim Novo",
    year: "2002",
    source: "o-a.com, 2002; blog.jimnovo.com.",
    measures: "How recently and how often, each as the fifth of people in which somebody lies: 55 is best, 11 worst.",
    formula: "10 · fifth of recency + fifth of active days; people who are alike stay in one fifth",
    needs: "Dated activity.",
    blind: "Money, feeling, and direction; where many are alike the fifths are uneven.",
    line: "In the upper two fifths of both (our line; he ranks).",
    unit: Unit::RfScore,
    is_lower_better: false,
};

const NOVO_GRID: About = About {
    id: "novo_grid",
    name: "Value grid",
    author: "Jim Novo",
    year: "2002",
    source: "o-a.com, 2002; blog.jimnovo.com, on current and potential value.",
    measures: "What somebody brings now against how likely it goes on: the best customers on their way out stand apart.",
    formula: "value of the trailing year × 2^(−silence/L_k); high value is above the mean, high potential within the wire",
    needs: "Purchases with amounts, and people who came again.",
    blind: "All that is not bought; feeling; what a lifetime model would say (see Models).",
    line: "High now and high later (his cell of those to keep).",
    unit: Unit::Minor,
    is_lower_better: false,
};

const WEB_TRENDS: About = About {
    id: "web_trends",
    name: "Score",
    author: "WebTrends",
    year: "2007",
    source: "help.webtrends.com, on Score; its critique on blog.jimnovo.com, 2 August 2007.",
    measures: "Points for what was done in each visit, whatever was done twice counting once.",
    formula: "Σ over visits Σ over rules points(verb, object) · 2^(−age/half-life); the half-life answers Novo's critique",
    needs: "Activity and points for each verb (Settings, Weights).",
    blind: "Feeling: a complaint and a praise of the same points are the same.",
    line: OUR_MEAN,
    unit: Unit::Points,
    is_lower_better: false,
};

const COM_SCORE: About = About {
    id: "com_score",
    name: "Visits",
    author: "comScore",
    year: "2007",
    source: "ir.comscore.com, release of 14 March 2007.",
    measures: "How many times somebody came.",
    formula: "active days in the window; comScore parts visits at 30 minutes of silence, activity here is by the day",
    needs: "Dated activity.",
    blind: "What was done in a visit; two visits of one day count as one here.",
    line: OUR_MEAN,
    unit: Unit::Visits,
    is_lower_better: false,
};

const NIELSEN: About = About {
    id: "nielsen",
    name: "Minutes",
    author: "Nielsen//NetRatings",
    year: "2007",
    source: "marketwired.com, release of 10 July 2007.",
    measures: "How much time somebody spent.",
    formula: "Σ seconds of the window / 60, as senders measured them",
    needs: "Events with their duration.",
    blind: "What the time was spent on; visits whose senders measure no time.",
    line: "Above the mean of those with any time (our line; they draw none).",
    unit: Unit::Minutes,
    is_lower_better: false,
};

const COMPETE: About = About {
    id: "compete",
    name: "Attention",
    author: "Compete",
    year: "2007",
    source: "readwrite.com and searchenginewatch.com on the release of 3 April 2007.",
    measures: "Which share of somebody's time this has, of all that is tracked here; velocity is how that share changes.",
    formula: "seconds here / seconds with every object of the workspace, in the window; velocity against the window before",
    needs: "Events with their duration, toward more than one brand.",
    blind: "Time spent where this workspace does not look.",
    line: "A larger share than everybody's together (our line; they draw none).",
    unit: Unit::Share,
    is_lower_better: false,
};

const FUTURE_NOW: About = About {
    id: "future_now",
    name: "Scenario",
    author: "Future Now (the Eisenbergs)",
    year: "",
    source: "No formula was found; from their teaching of persuasion scenarios, as remembered.",
    measures: "How far somebody went along the way from looking to speaking for it.",
    formula: "steps reached / steps anybody is seen to reach: looked, looked closer, asked or wanted, bought, again, spoke",
    needs: "Two or more steps that people are seen to take.",
    blind: "How long ago it was: whoever once went all the way stays there; personas, which are not kept.",
    line: OUR_HALF,
    unit: Unit::Share,
    is_lower_better: false,
};

const PETERSON: About = About {
    id: "peterson",
    name: "Visitor engagement index",
    author: "Eric T. Peterson",
    year: "2007",
    source: "blog.webanalyticsdemystified.com, October 2007; blackbeak.com, 23 October 2007.",
    measures: "Degree and depth of visits against goals: how many of the visits clicked, lasted, gave feedback, reached a goal.",
    formula: "mean of the indices C, R, D, F, I (shares of visits), L and S (0 or 1); thresholds are the means of a visit; B and \
        what nobody's activity tells are left out",
    needs: "A visit in the window; pages, time, feedback and goals each add an index.",
    blind: "Feeling; those who did not come at all; where visits came from (not kept).",
    line: OUR_HALF,
    unit: Unit::Index,
    is_lower_better: false,
};

const JACKSON: About = About {
    id: "jackson",
    name: "Engaged visits",
    author: "Steve Jackson",
    year: "2008",
    source: "blackbeak.com, 29 January 2008; theanalyticsecology.com, 15 July 2009.",
    measures: "Which share of somebody's visits were engaged ones: enough clicks, and long enough.",
    formula: "visits with more done than the mean visit (and longer, where time is known) / visits of the window",
    needs: "A visit in the window.",
    blind: "Feeling, and those who did not come; his four dimensions (reach, engage, activate, nurture) stay apart.",
    line: "Half of the visits or more (our line; his thresholds are each site's own).",
    unit: Unit::Share,
    is_lower_better: false,
};

const KAUSHIK: About = About {
    id: "kaushik",
    name: "Degree, and kind apart",
    author: "Avinash Kaushik",
    year: "2007",
    source: "October 2007, at second hand: Ron Shevlin, anilbatra.com, blackbeak.com.",
    measures: "Web data tells at most degree, never kind; so recency and loyalty stand in for it, and kind is left to what is said.",
    formula: "mean of the places, 0 to 100, by silence and by visits of the window; kind beside it, or unknown",
    needs: "Dated activity; ratings or words for kind.",
    blind: "Whatever people feel and do not say. He calls the metric an excuse.",
    line: "None: he refuses to draw one.",
    unit: Unit::Percent,
    is_lower_better: false,
};

const OWYANG: About = About {
    id: "owyang",
    name: "Apparent interest",
    author: "Jeremiah Owyang",
    year: "2007",
    source: "web-strategist.com, 1 February 2007; p2pfoundation.net.",
    measures: "Attention, interaction, velocity, authority and what else the tool knows, added up.",
    formula: "mean of seconds, things done, active days of late, authority and contributions, each in times its own mean",
    needs: "Activity in the window; each part that nobody has is left out.",
    blind: "Feeling. Authority is who joined on their word and what was accepted; no graph of people is used.",
    line: "Above 1, the mean of everybody's parts (our line; he draws none).",
    unit: Unit::TimesMean,
    is_lower_better: false,
};

const FOUR_IS: About = About {
    id: "four_is",
    name: "Four I's",
    author: "Forrester (Brian Haven)",
    year: "2007",
    source: "Forrester's blog and abstract of August 2007; econsultancy.com.",
    measures: "Involvement, interaction, intimacy and influence over time: presence, deeds, affection or aversion, advocacy.",
    formula: "each I as the share of people below; the score is the mean of those known, for ranking alone",
    needs: "Activity; liking or disliking for intimacy; referrals for influence.",
    blind: "Intimacy that is never expressed; advocacy elsewhere. Read the four, not their mean.",
    line: "More than half of the known I's in the upper half (our line; Forrester draws none).",
    unit: Unit::Percent,
    is_lower_better: false,
};

const SHEVLIN: About = About {
    id: "shevlin",
    name: "Strength of relationship",
    author: "Ron Shevlin",
    year: "2007",
    source: "marketingroi.wordpress.com, 2 October 2007; thefinancialbrand.com, 46392.",
    measures: "Repeated and satisfying dealings that strengthen the tie: how many kinds, how often, how weighty, how fast changing.",
    formula: "mean of z-scores: products, purchases, service contacts, weight a deed, pages, referrals (a year), velocity (recent \
        against before)",
    needs: "Activity in which people differ.",
    blind: "How it felt, unless it shows in what is done. Duration means nothing to him.",
    line: "Above 0, the mean (our line; he draws none).",
    unit: Unit::Deviations,
    is_lower_better: false,
};

const KUMAR: About = About {
    id: "kumar",
    name: "Engagement value",
    author: "V. Kumar",
    year: "2010",
    source: "Journal of Service Research, 2010; vkclv.com; the formulas as remembered.",
    measures: "What a customer is worth: own purchases, those they bring, those they sway, what they teach.",
    formula: "value of the trailing year + joined · acquisition cost + accepted ideas · price of an idea; influence is not counted",
    needs: "Purchases with amounts, or a price for referrals and ideas under `[definitions]`.",
    blind: "Influence without a referral; margin, where only revenue is sent. The brought keep their own euros.",
    line: OUR_MEAN,
    unit: Unit::Minor,
    is_lower_better: false,
};

const LADDER: About = About {
    id: "ladder",
    name: "Ladder of attachment",
    author: "after Gallup (CE11, CE3), in our own words",
    year: "2001",
    source: "mrweb.com, 31 August 2001; a Gallup brochure of 2009; The New Gold Standard, p. 132. Their items are theirs.",
    measures: "How far emotional attachment goes: confidence, then integrity, then pride, then passion.",
    formula: "states in a row, from the first, whose answers average at least `definitions.ladder_reached` stars",
    needs: "Answers to statements: `answered_survey` with stars, toward objects of kind `statement` that end in a state's name.",
    blind: "Everybody who was not asked, and what people do.",
    line: "Two states or more (cut-offs are settings; Gallup's are not public).",
    unit: Unit::Level,
    is_lower_better: false,
};

const NET_PROMOTER: About = About {
    id: "net_promoter",
    name: "Net Promoter",
    author: "Fred Reichheld",
    year: "2003",
    source: "cybaea.net, on the score and its error.",
    measures: "Whether somebody says that they would recommend it.",
    formula: "100 · (promoting − detracting) / answers; asked 0 to 10, answered here in stars: 5 promotes, 4 is passive, 3 and \
        fewer detract",
    needs: "`answered_survey` or `recommended` with stars in the trailing year.",
    blind: "Whether they do recommend it (Shevlin's objection), and all who were not asked.",
    line: "Promoters (its own).",
    unit: Unit::NetScore,
    is_lower_better: false,
};

const ARF: About = About {
    id: "arf",
    name: "Turned-on prospects",
    author: "Advertising Research Foundation",
    year: "2006",
    source: "adage.com, March 2006.",
    measures: "Whether a prospect is turned on to a brand's idea by what surrounds it.",
    formula: "degree, of those who are not customers",
    needs: "Activity of people who did not buy.",
    blind: "Customers; and the surroundings themselves, which are not kept.",
    line: "Degree above 1 and kind not negative: cell B1 (ours for it).",
    unit: Unit::TimesMean,
    is_lower_better: false,
};

const EPHRON: About = About {
    id: "ephron",
    name: "Response to an exposure",
    author: "Erwin Ephron",
    year: "2006",
    source: "Ephron Letter, January 2006; qviews.typepad.com.",
    measures: "Everything measurable that changes how likely an advertisement is answered.",
    formula: "P(response | exposure, length, clutter, situation, relevance), by logistic regression; not computed",
    needs: "Each exposure with its circumstances, and the responses.",
    blind: "Here: everything, since exposures are not kept.",
    line: "None.",
    unit: Unit::Index,
    is_lower_better: false,
};
