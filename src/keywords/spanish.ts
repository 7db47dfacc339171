import type { Language } from './language.ts';

const MENSAJES =
  '(?:(?:mas|sus|tus|estos|esos|los|mis|ningun|de|las|estas) )*(?:mensajes? de texto|mensajes?|mensajitos|textos?|sms|notificaciones|alertas)';
const LISTA = `(?:la|esta|su|tu|esa|sus|los|estos|las|estas) (?:listas?(?: de (?:mensajes|textos|contactos|distribucion|envio))?|mensajes|textos|alertas|notificaciones|sms)`;
const ENVIEN = '(?:envien|envie|envies|manden|mande|mandes)';
const ESCRIBAN =
  '(?:escriban|escriba|escribas|texteen|textee|textees|contacten|contacte|contactes|mensajeen|mandes? (?:textos|mensajes))';

/** As texted in the Americas: to `ustedes`, `usted` and `tú`. */
export const SPANISH: Language = {
  before: [
    'por favor|porfavor|porfa|hola|oye|oigan|stop|ya|favor de|les pido que|le pido que|te pido que',
    'quiero que|necesito que|pueden|puede|puedes|podrian|podria|podrias|necesito|les ruego que',
    'ya les dije que',
  ],
  after: [
    'por favor|porfavor|porfa|gracias|ya|ahora|ahora mismo|mas|nunca|jamas|inmediatamente|de nuevo',
    'otra vez|a (?:este|mi) (?:numero|telefono|celular|movil)',
  ],
  polite: [
    'por favor|porfavor|porfa|gracias|hola|ya|ahora|ahora mismo|buenos dias|buenas tardes|buenas noches',
    'no gracias|inmediatamente|disculpe|perdon',
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
