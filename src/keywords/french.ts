import type { Language } from './language.ts';

const MESSAGES =
  '(?:(?:des|les|vos|tes|ces|de|d|plus|aucun|ce|tous|tout|autres|mes) )*(?:messages? textes?|messages?|textos?|sms|notifications?|alertes?)';
const LISTE = `(?:la|cette|votre|ta|vos|ces|ce|les|des|toutes les) (?:listes?(?: (?:de (?:diffusion|messages|contacts|textos)|denvoi))?|messages|textos|sms|alertes|notifications)`;
const MOI = '(?:moi|nous)';

/** As texted in Canada, formal and familiar. */
export const FRENCH: Language = {
  before: [
    'svp|stp|sil vous plait|sil te plait|bonjour|salut|merci de|merci|veuillez|pourriez vous',
    'pouvez vous|peux tu|pourrais tu|vous pouvez|priere de|stop|je vous prie de|je vous demande d',
    'je vous demande de|est ce que vous pouvez|je veux que',
  ],
  after: [
    'svp|stp|sil vous plait|sil te plait|merci|maintenant|immediatement|tout de suite',
    '(?:a|sur) (?:ce|mon) (?:numero|telephone|cellulaire|portable)|jamais|desormais',
  ],
  polite: [
    'svp|stp|sil vous plait|sil te plait|merci|bonjour|bonsoir|salut|maintenant|non merci|immediatement',
    'tout de suite|desole|cordialement',
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
