//! What the plain form says, in the languages that it speaks.

/// The words of one language.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) mail: &'static str,
    pub(super) mail_hint: &'static str,
    pub(super) send: &'static str,
    /// For programs; people do not see it.
    pub(super) trap: &'static str,
    pub(super) kept: &'static str,
    pub(super) kept_mail: &'static str,
    pub(super) kept_only: &'static str,
    pub(super) again: &'static str,
    pub(super) wrong: &'static str,
    pub(super) no_text: &'static str,
    pub(super) no_mail: &'static str,
    pub(super) trapped: &'static str,
    pub(super) too_much: &'static str,
    pub(super) failed: &'static str,
    pub(super) gone: &'static str,
}

const LANGUAGES: [Words; 4] = [
    Words {
        language: "en",
        title: "Write to us",
        text: "Your message",
        mail: "Your mail address",
        mail_hint: "Only for our answer. Without it we read what you write, and cannot answer.",
        send: "Send",
        trap: "Leave this empty",
        kept: "Your message is here",
        kept_mail: "Our answer goes to",
        kept_only: "You left no mail address, so we cannot answer.",
        again: "Write another message",
        wrong: "Nothing was sent yet.",
        no_text: "Write a message that is not too long.",
        no_mail: "This is no mail address.",
        trapped: "A field that you should not see was filled in, as programs do. It is empty again; send once more.",
        too_much: "So much was written here in the last minute that it has to wait. Send once more in a minute.",
        failed: "It could not be kept. Send once more in a minute.",
        gone: "There is no form here.",
    },
    Words {
        language: "de",
        title: "Schreiben Sie uns",
        text: "Ihre Nachricht",
        mail: "Ihre Mailadresse",
        mail_hint: "Nur für unsere Antwort. Ohne sie lesen wir, was Sie schreiben, und können nicht antworten.",
        send: "Senden",
        trap: "Bitte leer lassen",
        kept: "Ihre Nachricht ist da",
        kept_mail: "Unsere Antwort geht an",
        kept_only: "Sie haben keine Mailadresse genannt, deshalb können wir nicht antworten.",
        again: "Noch eine Nachricht schreiben",
        wrong: "Es wurde noch nichts gesendet.",
        no_text: "Schreiben Sie eine Nachricht, die nicht zu lang ist.",
        no_mail: "Das ist keine Mailadresse.",
        trapped: "Ein Feld, das Sie nicht sehen sollten, war ausgefüllt, wie Programme es tun. Es ist wieder leer; bitte \
            noch einmal senden.",
        too_much: "Hier wurde in der letzten Minute so viel geschrieben, dass es warten muss. Bitte in einer Minute noch \
            einmal senden.",
        failed: "Sie konnte nicht angenommen werden. Bitte in einer Minute noch einmal senden.",
        gone: "Hier ist kein Formular.",
    },
    Words {
        language: "es",
        title: "Escríbanos",
        text: "Su mensaje",
        mail: "Su dirección de correo",
        mail_hint: "Solo para nuestra respuesta. Sin ella leemos lo que escribe, pero no podemos responder.",
        send: "Enviar",
        trap: "Déjelo vacío",
        kept: "Su mensaje ha llegado",
        kept_mail: "Nuestra respuesta irá a",
        kept_only: "No dejó ninguna dirección de correo, así que no podemos responder.",
        again: "Escribir otro mensaje",
        wrong: "Todavía no se ha enviado nada.",
        no_text: "Escriba un mensaje que no sea demasiado largo.",
        no_mail: "Esto no es una dirección de correo.",
        trapped: "Se rellenó un campo que no debería ver, como hacen los programas. Está vacío de nuevo; envíelo otra vez.",
        too_much: "Se ha escrito tanto aquí en el último minuto que hay que esperar. Envíelo otra vez en un minuto.",
        failed: "No se pudo guardar. Envíelo otra vez en un minuto.",
        gone: "Aquí no hay ningún formulario.",
    },
    Words {
        language: "fr",
        title: "Écrivez-nous",
        text: "Votre message",
        mail: "Votre adresse électronique",
        mail_hint: "Seulement pour notre réponse. Sans elle, nous lisons votre message sans pouvoir répondre.",
        send: "Envoyer",
        trap: "À laisser vide",
        kept: "Votre message est arrivé",
        kept_mail: "Notre réponse ira à",
        kept_only: "Vous n’avez pas laissé d’adresse, nous ne pouvons donc pas répondre.",
        again: "Écrire un autre message",
        wrong: "Rien n’a encore été envoyé.",
        no_text: "Écrivez un message qui ne soit pas trop long.",
        no_mail: "Ce n’est pas une adresse électronique.",
        trapped: "Un champ que vous ne devriez pas voir était rempli, comme le font les programmes. Il est de nouveau \
            vide ; envoyez encore une fois.",
        too_much: "On a tant écrit ici dans la dernière minute qu’il faut attendre. Envoyez de nouveau dans une minute.",
        failed: "Il n’a pas pu être gardé. Envoyez de nouveau dans une minute.",
        gone: "Il n’y a pas de formulaire ici.",
    },
];

/// The words for whoever reads the languages of an `Accept-Language`, or wants the one of `asked`.
pub(super) fn of(asked: Option<&str>, accepted: &str) -> &'static Words {
    let known = |tag: &str| {
        let tag = tag.trim().to_ascii_lowercase();
        LANGUAGES.iter().find(|words| tag.split('-').next() == Some(words.language))
    };
    let weighted = accepted.split(',').filter_map(|part| {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        Some((known(tag)?, weight.trim().parse::<f64>().unwrap_or(0.0)))
    });
    let wanted = weighted.fold(None, |best: Option<(&Words, f64)>, next| match best {
        Some((_, weight)) if next.1 <= weight => best,
        Some(_) | None => Some(next),
    });
    asked.and_then(known).or(wanted.map(|(words, _)| words)).unwrap_or(&LANGUAGES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_somebody_reads_best_is_spoken() {
        for (asked, accepted, language) in [
            (None, "", "en"),
            (None, "de-CH,de;q=0.9,en;q=0.8", "de"),
            (None, "it,fr;q=0.5,es;q=0.7", "es"),
            (None, "it", "en"),
            (Some("fr"), "de", "fr"),
            (Some("xx"), "de", "de"),
        ] {
            assert_eq!(of(asked, accepted).language, language, "{asked:?} {accepted}");
        }
    }
}
