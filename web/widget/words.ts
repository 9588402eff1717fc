// What the widget says, in the languages that it speaks.

const EN = {
  open: "Write to us",
  close: "Close",
  greeting: "What can we do for you? Write, and the answer appears here.",
  text: "Your message",
  mail: "Mail address for the answer (optional)",
  keep: "Keep this conversation in this browser, so that I find the answer when I come back",
  unkept: "Unless you keep it or leave an address, the answer is only here as long as this page is open.",
  send: "Send",
  sending: "Sending …",
  sent: "Sent.",
  you: "You",
  machine: "automatic",
  again: "Try again",
  failed: "It could not be sent.",
  badMail: "This is no mail address.",
  badText: "Write a message that is not too long.",
  tooMuch: "So much was written in the last minute that it has to wait. Try again in a minute.",
  signedOut: "You are signed out here. Load the page again.",
  ended: "The conversation before has ended. What you write begins another.",
  lost: "The connection is lost; it is tried again by itself.",
  forget: "End and forget this conversation",
  forgotten: "This browser knows nothing of it any more. What you wrote stays with us.",
  news: "New answer",
};

export type Words = typeof EN;

const DE: Words = {
  open: "Schreiben Sie uns",
  close: "Schließen",
  greeting: "Was können wir für Sie tun? Schreiben Sie, die Antwort erscheint hier.",
  text: "Ihre Nachricht",
  mail: "Mailadresse für die Antwort (freiwillig)",
  keep: "Dieses Gespräch in diesem Browser behalten, damit ich die Antwort wiederfinde",
  unkept:
    "Wenn Sie es nicht behalten und keine Adresse nennen, ist die Antwort nur hier, solange diese Seite offen ist.",
  send: "Senden",
  sending: "Wird gesendet …",
  sent: "Gesendet.",
  you: "Sie",
  machine: "automatisch",
  again: "Noch einmal versuchen",
  failed: "Es konnte nicht gesendet werden.",
  badMail: "Das ist keine Mailadresse.",
  badText: "Schreiben Sie eine Nachricht, die nicht zu lang ist.",
  tooMuch: "In der letzten Minute wurde so viel geschrieben, dass es warten muss. Versuchen Sie es in einer Minute.",
  signedOut: "Sie sind hier abgemeldet. Laden Sie die Seite neu.",
  ended: "Das Gespräch davor ist beendet. Was Sie schreiben, beginnt ein neues.",
  lost: "Die Verbindung ist weg; sie wird von selbst wieder versucht.",
  forget: "Dieses Gespräch beenden und vergessen",
  forgotten: "Dieser Browser weiß nichts mehr davon. Was Sie geschrieben haben, bleibt bei uns.",
  news: "Neue Antwort",
};

const ES: Words = {
  open: "Escríbanos",
  close: "Cerrar",
  greeting: "¿Qué podemos hacer por usted? Escriba y la respuesta aparecerá aquí.",
  text: "Su mensaje",
  mail: "Correo para la respuesta (opcional)",
  keep: "Guardar esta conversación en este navegador, para encontrar la respuesta cuando vuelva",
  unkept: "Si no la guarda ni deja una dirección, la respuesta solo estará aquí mientras esta página esté abierta.",
  send: "Enviar",
  sending: "Enviando …",
  sent: "Enviado.",
  you: "Usted",
  machine: "automático",
  again: "Intentar de nuevo",
  failed: "No se pudo enviar.",
  badMail: "Esto no es una dirección de correo.",
  badText: "Escriba un mensaje que no sea demasiado largo.",
  tooMuch: "Se ha escrito tanto en el último minuto que hay que esperar. Inténtelo en un minuto.",
  signedOut: "Aquí su sesión ha terminado. Cargue la página de nuevo.",
  ended: "La conversación anterior ha terminado. Lo que escriba empieza otra.",
  lost: "Se perdió la conexión; se intenta de nuevo por sí sola.",
  forget: "Terminar y olvidar esta conversación",
  forgotten: "Este navegador ya no sabe nada de ella. Lo que escribió queda con nosotros.",
  news: "Nueva respuesta",
};

const FR: Words = {
  open: "Écrivez-nous",
  close: "Fermer",
  greeting: "Que pouvons-nous faire pour vous ? Écrivez, la réponse apparaîtra ici.",
  text: "Votre message",
  mail: "Adresse électronique pour la réponse (facultatif)",
  keep: "Garder cette conversation dans ce navigateur, pour retrouver la réponse en revenant",
  unkept: "Sans la garder ni laisser d’adresse, la réponse n’est ici que tant que cette page est ouverte.",
  send: "Envoyer",
  sending: "Envoi …",
  sent: "Envoyé.",
  you: "Vous",
  machine: "automatique",
  again: "Réessayer",
  failed: "L’envoi a échoué.",
  badMail: "Ce n’est pas une adresse électronique.",
  badText: "Écrivez un message qui ne soit pas trop long.",
  tooMuch: "On a tant écrit dans la dernière minute qu’il faut attendre. Réessayez dans une minute.",
  signedOut: "Vous êtes déconnecté ici. Rechargez la page.",
  ended: "La conversation précédente est terminée. Ce que vous écrivez en commence une autre.",
  lost: "La connexion est perdue ; elle est retentée d’elle-même.",
  forget: "Terminer et oublier cette conversation",
  forgotten: "Ce navigateur n’en sait plus rien. Ce que vous avez écrit reste chez nous.",
  news: "Nouvelle réponse",
};

const ALL = new Map<string, Words>([
  ["en", EN],
  ["de", DE],
  ["es", ES],
  ["fr", FR],
]);

/** The words for a language tag such as `de-CH`, and the language they are in. */
export function wordsOf(tag: string): { language: string; words: Words } {
  const language = tag.trim().toLowerCase().split("-")[0] ?? "";
  const words = ALL.get(language);
  return words ? { language, words } : { language: "en", words: EN };
}
