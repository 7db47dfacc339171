/**
 * How people of one language withdraw consent, as pieces of regular expressions over words in lower case, one
 * space apart, without accents or apostrophes. No piece that repeats may be two others put together ("ever
 * again" beside "ever" and "again"): that keeps matching linear.
 */
export type Language = {
  /** What may stand before a phrase, any number of times. */
  before: readonly string[];
  /** What may stand after it. "Tonight", "at work" and "until Monday" are left out: they limit, not revoke. */
  after: readonly string[];
  /** Words that add nothing. */
  polite: readonly string[];
  /** Reasons: a part that contains one does not take a request back. */
  asides: readonly string[];
  /** Unmistakable in any part of a text. */
  clear: readonly string[];
  /** Enough when their own sentence says nothing else. */
  ask: readonly string[];
  /** Enough when the whole text says nothing else. */
  weak: readonly string[];
  /** Legal words, with polite ones around them ("stop please"). */
  words: readonly string[];
};

const SWEAR = '(?:(?:fucking|freaking|effing|f ing|damn|goddamn|bloody) )?';
const KIND = 'any|all|all of|these|those|the|your|this|such|more|further|future|other|text|sms|spam|stupid';
const MOD = `(?:(?:${KIND}|annoying|notification|unwanted|anymore|of) )*`;
const TEXTS = `${MOD}${SWEAR}(?:text messages?|texts?|txts?|sms|messages?|msgs?|notifications?|alerts?|communications?)`;
const ME = '(?:me|us|(?:this|my) (?:number|phone number|phone|cell))';
const TEXTING = '(?:texting|txting|messaging|msging|contacting|spamming|text|txt|message|msg|contact)';
const SORT =
  'texting|contact|calling|call|mailing|marketing|distribution|message|messaging|alert|group|text|sms';
/** "The list" alone is left out: in a family it may be the guest list. */
const LIST = `(?:(?:${KIND}|${SORT}) )*(?:(?:your|this|any|these|those|all|${SORT}) (?:lists?|database|system|records)|texts?|sms|messages|alerts)`;
const UNSUBSCRIBE = '(?:un ?subscribe|unsubcribe|unsuscribe|unsubscibe|unsubsribe)';
const WHICH = `(?: (?:from|of|to) (?:${LIST}|${TEXTS}|this|these|all|everything|you))?`;
const WISH = '(?:i (?:want|need|wish|would like|am trying)|id like|im trying|want|need|wish|trying) to';
const QUESTION = '(?:how (?:do|can|would|should) (?:i|we)|how to|can i|may i|could i|let me)';
const NEVER = '(?:dont|do not|dnt|never)';

/** As texted in the United States and Canada, commonest slips and swearing included. */
export const ENGLISH: Language = {
  before: [
    ...['please', 'pls', 'plz', 'kindly', 'hi', 'hello', 'hey', 'there', 'ok', 'okay', 'just', 'so', 'now'],
    ...['stop', 'can you', 'can u', 'could you', 'would you', 'will you', 'you need to', 'you must', 'and'],
    ...['i want you to', 'i need you to', 'id like you to', 'i would like you to', 'i asked you to'],
    ...[
      'im asking you to',
      'i am asking you to',
      'i told you to',
      'for the last time',
      'seriously',
      'i said',
    ],
  ],
  after: [
    ...[
      'please',
      'pls',
      'plz',
      'thanks',
      'thx',
      'ty',
      'thank you',
      'now',
      'right now',
      'immediately',
      'asap',
    ],
    ...['anymore', 'any more', 'any longer', 'again', 'ever', 'at all', 'forever', 'already', 'for good'],
    ...[
      'from now on',
      '(?:at|on|to) (?:this|my) (?:number|phone|cell|cell phone)',
      'ok',
      'okay',
      'sir',
      'maam',
    ],
    '(?:this is|im|i am|you have|you have the|its the) (?:harassment|spam|not interested|wrong number)',
    'or (?:ill|i will|im going to) (?:sue|report|block)(?: (?:you|this|this number))?',
    '(?:from|on) (?:you|this number|(?:this|your) (?:app|service|company|list|program))',
  ],
  polite: [
    ...['please', 'pls', 'plz', 'kindly', 'thanks', 'thx', 'ty', 'thank you', 'hi', 'hello', 'hey', 'sir'],
    ...['maam', 'now', 'right now', 'immediately', 'asap', 'good morning', 'good afternoon', 'good evening'],
    ...['no thanks', 'no thank you', 'already', 'enough', 'i mean it', 'i said', 'i repeat', 'sorry'],
    ...['for the last time', '(?:you have the |youre texting the )?wrong number'],
  ],
  asides: [
    ...[
      'wrong (?:number|person)',
      'not interested',
      'harass\\w*',
      'spam\\w*',
      'scam\\w*',
      'lawyer',
      'attorney',
    ],
    ...[
      'fcc',
      'tcpa',
      'illegal',
      'report (?:you|this)',
      'block(?:ing)? (?:you|this)',
      'sue',
      'never signed up',
    ],
    ...[
      '(?:didnt|did not) sign up',
      'leave me alone',
      '(?:dont|do not) know you',
      'who (?:is|are) (?:this|you)',
    ],
  ],
  clear: [
    `${UNSUBSCRIBE} (?:me|us|this number|my (?:number|phone))${WHICH}`,
    `${UNSUBSCRIBE} from (?:${LIST}|${TEXTS}|all|everything)`,
    `(?:${WISH}|${QUESTION}) (?:be )?${UNSUBSCRIBE}d?${WHICH}`,
    `(?:${WISH}|${QUESTION}) (?:opt out|get off|be (?:removed|taken off|opted out))${WHICH}`,
    `(?:${WISH}|${QUESTION}) (?:get|be (?:taken|removed)) (?:off|from) (?:of )?${LIST}`,
    `opt (?:me|us|this number|my number) out${WHICH}`,
    `opt out of (?:${TEXTS}|${LIST}|all|everything|this|these)`,
    `i want off (?:of )?${LIST}`,
    '(?:im opting|i (?:opt|am opting|hereby opt|choose to opt)) out',
    `(?:remove|delete|drop|take|get|erase) (?:me|us|my (?:number|phone|phone number|name|cell)|this (?:number|phone number)) (?:off|off of|from|out of) ${LIST}`,
    `${NEVER} ${SWEAR}(?:ever )?(?:text|txt|message|msg|contact|sms) ${ME} (?:anymore|any more|any longer|again|ever)`,
    `never ${SWEAR}(?:text|txt|message|msg|contact) ${ME}`,
    `(?:(?:i|i hereby|${WISH}) )?(?:revoke|withdraw|rescind|am revoking|am withdrawing) (?:my |all )?(?:consent|permission)(?: to (?:be texted|be contacted|text me|contact me|receive ${TEXTS}|${TEXTS}|${TEXTING} me))?`,
    '(?:my )?consent (?:is )?(?:revoked|withdrawn)',
    '(?:you (?:do not|dont|no longer) have|i (?:do not|dont) give you) (?:my )?(?:permission|consent) to (?:text|contact|message) me',
  ],
  ask: [
    `(?:stop|quit|cease) ${SWEAR}${TEXTING} ${ME}`,
    `(?:stop|quit|cease) ${SWEAR}sending (?:(?:me|us) )?${TEXTS}`,
    `(?:stop|end|cancel|cease|discontinue|halt) ${SWEAR}(?:my )?${TEXTS}`,
    'turn off (?:(?:the |these |my )?(?:texts|text (?:messages|alerts|notifications))|these (?:alerts|notifications|messages))',
    `no more ${TEXTS}`,
    `${NEVER} send (?:(?:me|us) )?(?:another )?${TEXTS}`,
    `enough (?:with |of )?${TEXTS}`,
    `stop (?:(?:it|bothering me) )?with ${TEXTS}`,
    'stop (?:this|the) spam',
    `(?:${WISH}) (?:stop|quit) (?:getting|receiving) (?:these|those|them)`,
    `(?:(?:i|we) )?(?:really )?(?:dont|do not|no longer) (?:want|wish|need|care)(?: to (?:receive|get|be sent|have|see))?(?: from you)? ${TEXTS}`,
    '(?:i )?(?:dont|do not|no longer) (?:want|wish) to be (?:texted|contacted|messaged)',
    `(?:i )?(?:dont|do not|no longer) want you (?:to )?${TEXTING} me`,
    `i (?:dont|do not|no longer) consent(?: to (?:${TEXTS}|this|being texted|receive ${TEXTS}))?`,
    `(?:${WISH}|${QUESTION}) (?:stop|quit|not|cancel|end|get rid of|turn off)(?: (?:getting|receiving|get|receive))? ${TEXTS}`,
    `(?:i (?:want|need)|make) ${TEXTS} (?:to )?stop`,
    `${TEXTS} (?:need to|must|have to) stop`,
    '(?:remove|delete|lose|erase) (?:my|this) (?:number|phone number)',
    'cancel (?:my |the |this )?(?:text|texting|sms|message) (?:subscription|service|notifications)',
  ],
  weak: [
    `stop ${SWEAR}(?:texting|messaging|contacting|sending)`,
    `${NEVER} (?:text|txt|message|msg|contact)(?: ${ME})?`,
    ...[
      '(?:remove|take|get|delete) me(?: (?:off|off of|from))?(?: (?:this|(?:the|that) list))?',
      'no texts',
      'no messages',
    ],
    ...['(?:cancel|end|stop) my subscription', 'i (?:want|would like) (?:this|it|you|them) to stop'],
    ...['(?:reply |text |txt |send )?stop to (?:opt out|unsubscribe|end|stop|quit|cancel)'],
    ...['(?:reply|text|txt|send) stop', 'discontinue', 'cease', 'desist', 'opting out', 'unsub', 'no more'],
  ],
  words: [
    ...[
      'stop',
      'stopall',
      'stop all',
      UNSUBSCRIBE,
      'opt out',
      'optout',
      'revoke',
      'quit',
      'cancel',
      'end',
      'remove',
    ],
  ],
};

const MENSAJES =
  '(?:(?:mas|sus|tus|estos|esos|los|mis|ningun|de|las|estas) )*(?:mensajes? de texto|mensajes?|mensajitos|textos?|sms|notificaciones|alertas)';
const LISTA = `(?:la|esta|su|tu|esa|sus|los|estos|las|estas) (?:listas?(?: de (?:mensajes|textos|contactos|distribucion|envio))?|mensajes|textos|alertas|notificaciones|sms)`;
const ENVIEN = '(?:envien|envie|envies|manden|mande|mandes)';
const ESCRIBAN =
  '(?:escriban|escriba|escribas|texteen|textee|textees|contacten|contacte|contactes|mensajeen|mandes? (?:textos|mensajes))';

/** As texted in the Americas: to `ustedes`, `usted` and `tú`. */
export const SPANISH: Language = {
  before: [
    ...['por favor', 'porfavor', 'porfa', 'hola', 'oye', 'oigan', 'stop', 'ya', 'favor de', 'les pido que'],
    ...['le pido que', 'te pido que', 'quiero que', 'necesito que', 'pueden', 'puede', 'puedes', 'podrian'],
    ...['podria', 'podrias', 'necesito', 'les ruego que', 'ya les dije que'],
  ],
  after: [
    ...['por favor', 'porfavor', 'porfa', 'gracias', 'ya', 'ahora', 'ahora mismo', 'mas', 'nunca', 'jamas'],
    ...['inmediatamente', 'de nuevo', 'otra vez', 'a (?:este|mi) (?:numero|telefono|celular|movil)'],
  ],
  polite: [
    ...['por favor', 'porfavor', 'porfa', 'gracias', 'hola', 'ya', 'ahora', 'ahora mismo', 'buenos dias'],
    ...['buenas tardes', 'buenas noches', 'no gracias', 'inmediatamente', 'disculpe', 'perdon'],
  ],
  asides: ['numero equivocado', 'no me interesa', 'acoso', 'estafa', 'no los conozco', 'no se quien es'],
  clear: [
    `(?:(?:quiero|quisiera|deseo|me gustaria|como|como puedo) )?(?:darme|denme|deme|dame) de baja(?: de ${LISTA})?`,
    '(?:(?:quiero|quisiera|deseo|como puedo) )?dar de baja(?: (?:mi|este) (?:numero|telefono|celular))?',
    `me (?:quiero dar|doy|quisiera dar|pueden dar|puede dar|puedes dar) de baja(?: de ${LISTA})?`,
    `como me doy de baja(?: de ${LISTA})?`,
    `(?:quitenme|quiteme|quitame|saquenme|saqueme|sacame|eliminenme|elimineme|eliminame|borrenme|borreme|borrame|remuevanme|remuevame|quitarme|sacarme|eliminarme|borrarme) de ${LISTA}`,
    `(?:(?:quiero|quisiera|deseo|como puedo) )?(?:desuscribirme|desuscribanme|desuscribame|desinscribirme|cancelar mi suscripcion de mensajes)(?: de ${LISTA})?`,
    'cancelar (?:mi |la )?suscripcion',
    `no (?:me|nos) ${ESCRIBAN} (?:mas|nunca|jamas|de nuevo|otra vez)`,
    'no (?:me|nos) vuelvan? a (?:escribir|contactar|textear|enviar mensajes|mandar mensajes)',
  ],
  ask: [
    `no (?:me|nos) ${ENVIEN} (?:ya )?${MENSAJES}`,
    `no (?:envien|envie|manden|mande) ${MENSAJES}`,
    `(?:dejen|deje|deja|dejar|paren|pare|para|parar|cesen) de (?:enviarme|mandarme|enviar|mandar) ${MENSAJES}`,
    '(?:dejen|deje|deja|dejar|paren|pare|para|parar) de (?:escribirme|textearme|contactarme|mensajearme)',
    `no (?:quiero|deseo|quisiera) (?:(?:seguir recibiendo|recibir) )?${MENSAJES}`,
    `no (?:quiero|deseo) que me (?:${ENVIEN} ${MENSAJES}|${ESCRIBAN})`,
    `(?:quiero|quisiera|deseo|como puedo) (?:dejar de|no) recibir ${MENSAJES}`,
    `(?:no|basta de) ${MENSAJES}`,
    `(?:(?:quiero|quisiera|deseo|necesito) )?(?:cancelen|cancele|cancelar|detengan|detenga|detener|suspendan|suspender|paren|parar|alto a) ${MENSAJES}`,
    `(?:eliminen|elimine|elimina|eliminar|borren|borre|borra|borrar|quiten|quite|quita|quitar) mi (?:numero|telefono)(?: de ${LISTA})?`,
  ],
  weak: ['ya no me (?:escriban|escriba|texteen|textee|contacten|contacte)', 'paren', 'detenganse', 'no mas'],
  words: ['stop', 'alto', 'pare', 'parar', 'detener', 'cancelar', 'desuscribir'],
};

const MESSAGES =
  '(?:(?:des|les|vos|tes|ces|de|d|plus|aucun|ce|tous|tout|autres|mes) )*(?:messages? textes?|messages?|textos?|sms|notifications?|alertes?)';
const LISTE = `(?:la|cette|votre|ta|vos|ces|ce|les|des|toutes les) (?:listes?(?: (?:de (?:diffusion|messages|contacts|textos)|denvoi))?|messages|textos|sms|alertes|notifications)`;
const MOI = '(?:moi|nous)';

/** As texted in Canada, formal and familiar. */
export const FRENCH: Language = {
  before: [
    ...['svp', 'stp', 'sil vous plait', 'sil te plait', 'bonjour', 'salut', 'merci de', 'merci', 'veuillez'],
    ...['pourriez vous', 'pouvez vous', 'peux tu', 'pourrais tu', 'vous pouvez', 'priere de', 'stop'],
    ...[
      'je vous prie de',
      'je vous demande d',
      'je vous demande de',
      'est ce que vous pouvez',
      'je veux que',
    ],
  ],
  after: [
    ...[
      'svp',
      'stp',
      'sil vous plait',
      'sil te plait',
      'merci',
      'maintenant',
      'immediatement',
      'tout de suite',
    ],
    ...['(?:a|sur) (?:ce|mon) (?:numero|telephone|cellulaire|portable)', 'jamais', 'desormais'],
  ],
  polite: [
    ...['svp', 'stp', 'sil vous plait', 'sil te plait', 'merci', 'bonjour', 'bonsoir', 'salut', 'maintenant'],
    ...['non merci', 'immediatement', 'tout de suite', 'desole', 'cordialement'],
  ],
  asides: ['mauvais numero', 'erreur de numero', 'pas interesse', 'pas interessee', 'harcelement', 'arnaque'],
  clear: [
    `(?:desabonnez|desinscrivez|desabonner|desabonne|desinscris) ${MOI}(?: de ${LISTE})?`,
    `(?:(?:je (?:veux|voudrais|souhaite|desire)|comment|comment puis je) )?(?:me |nous )(?:desabonner|desinscrire)(?: de ${LISTE})?`,
    `je me (?:desabonne|desinscris)(?: de ${LISTE})?`,
    `(?:retirez|retire|enlevez|enleve|supprimez|supprime|effacez|rayez|otez) ${MOI} de ${LISTE}`,
    `(?:me |mon numero )(?:retirer|enlever|supprimer) de ${LISTE}`,
  ],
  ask: [
    `(?:d ?)?(?:arretez|arrete|arreter|cessez|cesse|cesser|stoppez|stop) (?:de |d)?(?:m ?envoyer|nous envoyer|envoyer) ${MESSAGES}`,
    '(?:d ?)?(?:arretez|arrete|arreter|cessez|cesse|cesser) de (?:me (?:texter|contacter|textoter|messager)|m ?ecrire)',
    `(?:arretez|arrete|arreter|cessez|stoppez|stop) (?:a |aux |avec |l)?${MESSAGES}`,
    `(?:(?:ne|n) )?(?:m ?envoyez|m ?envoie|m ?envoies|nous envoyez) plus(?: jamais)? ${MESSAGES}`,
    '(?:ne )?(?:m ?envoyez|m ?envoie) plus rien',
    `je (?:veux|voudrais|souhaite|desire) (?:arreter de|ne plus) recevoir ${MESSAGES}`,
    `ne plus (?:m ?envoyer|nous envoyer) ${MESSAGES}`,
    '(?:ne )?(?:m ?ecrivez|m ?ecris|me textez|me texte|me contactez|me contacte) plus',
    'ne plus (?:me (?:contacter|texter)|m ?ecrire)',
    `je (?:ne )?(?:veux|souhaite|desire|voudrais) (?:plus|pas) (?:recevoir )?${MESSAGES}`,
    'je (?:ne )?(?:veux|souhaite|desire) (?:plus|pas) etre (?:contactee?|textee?)',
    `(?:plus aucun|plus un seul|non aux) ${MESSAGES}`,
    `(?:supprimez|supprime|effacez|efface|retirez|retire|enlevez|enleve) mon (?:numero|nom)(?: de ${LISTE})?`,
    `(?:annulez|annuler|desactivez|desactiver) ${MESSAGES}`,
  ],
  weak: ['(?:retirez|enlevez|supprimez) moi', '(?:arret|stop) sms'],
  words: ['stop', 'arret', 'arretez', 'arrete', 'arreter', 'desabonnement', 'desabonner', 'desinscription'],
};
