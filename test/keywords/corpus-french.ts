import { linesOf } from './lines-of.ts';

/** French texts that ask for no more texts, in many people's words: one a line. */
export const OPT_OUTS = linesOf(`
Arrêtez de m'envoyer des rappels
arrete de m'envoyer des rappels
Arrêtez de m'envoyer des notifications svp
Arretez de menvoyer des textos
arrêtez d'envoyer des messages
Arrêtez de m'envoyer des messages SVP!!!
arrêter de m'envoyer des textos
Veuillez arrêter de m'envoyer des messages
Veuillez cesser de m'envoyer des alertes
Veuillez cesser tout envoi
Merci de cesser vos envois
merci d'arrêter les messages
Merci de ne plus m'envoyer de rappels
merci de ne plus me contacter
Merci de me retirer de votre liste
Merci de me désabonner
Pouvez-vous arrêter les messages s'il vous plaît
Pourriez-vous cesser de me texter?
Peux-tu arrêter de m'envoyer des textos stp
Vous pouvez arrêter de m'écrire?
arrête de me texter
arrêtez de me texter svp
Arrêtez de me déranger
arrêtez de m'achaler avec vos textos
Arrêtez de me harceler
arrete de m'écrire
Arrêtez de m'écrire à ce numéro
Arrêtez les notifications
arrêtez les rappels
arretez les alertes
Arrêtez ces messages
Arrêtez vos messages
arrêtez ça, je veux plus de messages
Stop aux messages
stop les textos
stop aux notifications svp
STOP SVP
stop merci
Stop s'il vous plaît
Arrêt svp
ARRÊT MERCI
Arrêt des messages
arrêt des alertes svp
Cessez
cessez de m'écrire
Cessez les envois
cessez de m'envoyer vos alertes
Cessez immédiatement de me contacter
ça suffit les messages
Ça suffit, arrêtez de m'écrire
assez de textos
Assez avec les rappels
j'en ai assez de ces messages, arrêtez
J'en ai marre de vos messages, retirez-moi
Trop de messages, désabonnez-moi
trop de textos svp arrêtez
Plus de messages svp
plus de textos merci
plus de notifications s'il vous plait
Plus de rappels svp
Plus aucun texto
plus aucune notification svp
Plus jamais de messages
Pas de messages svp
pas de textos merci
Je ne veux plus de messages
je veux plus de messages
Je veux plus rien recevoir
je ne veux plus rien recevoir de vous
Je ne veux plus recevoir de rappels
je ne veux plus recevoir vos notifications
Je ne veux pas recevoir ces textos
je veux pas de textos
je ne veux pas de vos alertes
Je ne veux plus être contacté
je ne veux plus être contactée par texto
Je ne souhaite plus recevoir de textos
Je ne souhaite plus recevoir de messages texte de votre part
je souhaite ne plus recevoir de messages
Je désire ne plus recevoir vos messages
J'aimerais ne plus recevoir de textos
j'aimerais arrêter de recevoir ces messages
Je voudrais ne plus être contacté
Je veux arrêter de recevoir des alertes
Je veux arrêter les messages
Je veux me désabonner des messages
je veux me désinscrire
Je voudrais être retiré de la liste
je veux être retirée de votre liste
J'aimerais être retiré de votre liste d'envoi
J'aimerais me désabonner svp
Je demande à être retiré de votre liste
Comment me désinscrire de cette liste?
comment je me désabonne
Comment arrêter ces messages?
comment faire pour ne plus recevoir ces messages
Comment on arrête ça les textos?
Comment désactiver les notifications par texto?
Désactivez les alertes
désactiver les messages svp
Je veux désactiver les notifications texto
Annulez mon abonnement
annuler mon abonnement svp
Annulez les alertes svp
résiliez mon abonnement
Résilier svp
je résilie
Désabonnez-moi
desabonne moi stp
Désabonnement svp
me désabonner
Désinscription svp
désinscrivez mon numéro
desinscrire svp
Retirez-moi
retirez moi de la liste svp
Retirez mon nom de votre liste
retirez ce numéro de votre liste
retire moi de ta liste
Enlevez-moi de votre liste
enlevez mon numéro svp
Enlevez ce numéro de vos contacts
Supprimez mon numéro svp
supprimez-moi de votre base de données
Supprimer mon numéro
effacez mon numéro
Effacez-moi de votre liste
rayez-moi de vos listes
oubliez mon numéro
Ne m'envoyez plus de rappels
ne m'envoyez plus d'alertes
m'envoyez plus rien
Ne m'envoie plus de messages
n'envoyez plus de messages à ce numéro
n'envoyez plus rien svp
Ne me contactez plus
me contactez plus svp
ne me contactez plus jamais
ne m'écrivez plus jamais
ne me textez plus svp
Ne plus m'envoyer de textos
ne plus me contacter svp
Ne plus envoyer de messages
Ne me dérangez plus
ne me notifiez plus
Ne m'avisez plus par texto
Laissez-moi tranquille avec vos messages
laissez moi tranquille, plus de textos
Fichez-moi la paix avec vos textos
Mauvais numéro, ne m'écrivez plus
mauvais numéro, retirez-moi
Vous avez le mauvais numéro, arrêtez de m'écrire
Ce n'est pas Rosa, arrêtez
ce n'est pas le numéro de Maya, merci de ne plus écrire
Je ne vous connais pas, ne m'écrivez plus
Je n'ai jamais demandé ces messages, désabonnez-moi
je ne me suis jamais inscrit, retirez-moi
Pas intéressé, retirez-moi
Pas intéressée merci, plus de messages
je ne suis pas intéressé à recevoir vos messages
Je retire mon consentement
je révoque mon consentement
Je ne consens plus à recevoir des messages
Je n'autorise pas l'envoi de messages
Vous n'avez pas ma permission de me texter
Bonjour, je ne souhaite plus recevoir de notifications. Merci
Bonjour svp retirez mon numéro de votre liste. Bonne journée
Bonsoir, merci de bien vouloir me désabonner
Madame, Monsieur, veuillez ne plus m'envoyer de messages
svp arretez 🙏 les messages
🛑 plus de textos 🛑
arrêtez de m'écrire 😡
stop tes textos là
svp ne plus m'envoyer de messages
SVP arrêter les messages
svp arrêter de m'envoyer des messages
svp arretez les textos
SVP me retirer de la liste
svp enlever mon numéro
Svp cessez les textos
svp plus de messages
svp ne plus me texter
S'il vous plaît, ne m'écrivez plus
s'il vous plaît arrêtez
s'il vous plait cessez de m'envoyer des messages
Arrêter SVP
arrêter les alertes
Arrêter les notifications
arrêter messages
arret messages
Arrêtez tout de suite de m'écrire
arrêtez donc de m'envoyer ça
arrêtez vos alertes
Arrêtez vos textos
Arrêtez vos rappels svp
arrête tes messages
arrete tes notifications
arrête de me contacter
Arrêtez de me contacter svp
arretez de me notifier
Arrêtez de nous envoyer des messages
arrêtez d'envoyer des notifications
cessez vos messages
Cessez vos alertes
cessez de me contacter
cessez de me texter
Cessez de m'écrire à ce numéro
stop messages
stop les messages
stop aux textos
stop les notifications
stop à vos messages
Stop vos textos
stop stop stop svp
ne m'envoyez plus de textos
Ne m'envoyez plus d'alertes
ne m'envoyez plus de notifications
Ne m'envoyez plus aucun message
ne m'envoyez plus vos messages
ne nous envoyez plus de messages
ne me contactez plus svp
Ne me contactez plus à ce numéro
ne me textez plus jamais
ne m'écris plus
n'écrivez plus à ce numéro
plus de message
Plus de textos!
plus de textos s.v.p.
plus de notifications svp
Plus d'alertes svp
plus d'alertes merci
plus aucune alerte
pas de messages
pas de notifications svp
Pas d'alertes svp
je ne veux plus de textos
Je ne veux plus de notifications
je ne veux plus d'alertes
je ne veux plus de vos messages
je ne veux plus vos messages
je veux pas vos messages
je ne veux pas de messages
Je ne veux pas recevoir de notifications
je ne veux plus recevoir de textos
Je ne veux plus recevoir d'alertes
je ne veux plus en recevoir
je ne veux plus être sur la liste
Je ne veux plus être dans votre liste
je ne souhaite plus recevoir de messages
je ne souhaite pas recevoir de textos
je ne désire plus recevoir de textos
Je n'ai plus besoin de ces messages
je n'ai pas besoin de rappels
je veux arrêter les notifications
Je veux arrêter de recevoir vos textos
je veux annuler les alertes
Je veux annuler mon abonnement
je veux être désabonné
Je veux être retiré de la liste svp
je veux être désinscrite
je voudrais arrêter les textos
je voudrais me désinscrire svp
Je voudrais me désabonner de ces messages
j'aimerais être retiré
j'aimerais annuler les notifications
je souhaite me désabonner
je souhaite être retiré de vos listes
Je demande l'arrêt des messages
je demande à ne plus être contacté
je demande d'être retiré
comment me désabonner
comment me retirer de la liste
Comment annuler les messages
comment arrêter les notifications
comment je fais pour arrêter les messages?
comment ne plus recevoir de textos
Désabonner
désabonnez mon numéro svp
Désabonnez ce numéro
désinscrivez-moi svp
Désinscription
désactivez mes alertes
Désactiver mes notifications
désactivez les notifications svp
annulez les messages
annuler les textos
Annuler mes alertes
supprimez-moi
Supprimez-moi de la liste
supprimer mon numéro svp
effacez mon numéro svp
Enlevez-moi
enlevez moi svp
enlever mon nom de la liste
retirez mon numéro
Retirez mon numéro svp
retirer mon numéro de la liste
Veuillez retirer mon numéro
veuillez me désinscrire
Veuillez me désabonner svp
veuillez supprimer mon numéro
Veuillez arrêter les messages
veuillez cesser les envois
veuillez ne plus m'écrire
merci d'arrêter de m'envoyer des messages
Merci de retirer mon numéro
merci de supprimer mon numéro
merci de ne plus envoyer de textos
Merci de ne plus me texter
pouvez-vous me retirer de la liste
Pouvez-vous me désabonner?
pourriez-vous retirer mon numéro
peux tu me retirer de ta liste
mauvais numéro arrêtez svp
Mauvais numéro. Retirez-moi svp.
vous vous trompez de numéro, arrêtez
Je ne connais pas Rosa, arrêtez de m'écrire
qui êtes-vous? ne m'écrivez plus
je retire mon consentement svp
Je refuse de recevoir des messages
je refuse vos messages
fini les messages
finis les textos svp
Arrêtez svp avec les rappels!!
ARRETEZ DE M'ENVOYER DES MESSAGES
jveux plus de vos textos
j'veux pu de messages
je veux pu recevoir de messages
jsuis tanné de vos messages arrêtez
Bonjour! Pourriez-vous svp cesser de m'envoyer des rappels? Merci beaucoup!
Bonjour, j'aimerais ne plus recevoir de rappels svp
salut peux-tu arrêter les notifs stp
arretez les notifs svp
svp enlevez-moi de la liste des textos
enlevez moi de vos listes
otez moi de la liste svp
SVP retirez ce numéro
s.v.p. arrêtez les messages
Pu de messages svp
pu de textos
plus de rappels!
arrêtez de me notifier svp
arrête de m'envoyer ces notifications
arrête avec tes notifications
Lâchez-moi avec vos messages
lachez moi avec vos textos
foutez-moi la paix avec vos messages
C'est assez les messages
assez les messages
J'ai demandé d'arrêter les messages
je vous ai demandé d'arrêter
Je vous demande d'arrêter de m'envoyer des messages
Prière de ne plus m'envoyer de messages
prière de me retirer de votre liste
prière de cesser les envois
Veuillez svp me désabonner
Comment faire pour me désabonner?
Comment est-ce que je me désabonne
désabonnement immédiat svp
me désabonner svp
je veux mon numéro retiré
Je n'habite plus ici, retirez-moi de la liste
Arrête de m'écrire
arrêtez ces alertes
plus de rappels
Plus de messages
plus d'alertes
Je ne veux plus de rappels
Ne m'envoyez plus rien
Cessez de m'envoyer des avis
cessez les textos
cesser les messages
stoppez les messages
stop aux notifications
Assez de messages
ça suffit les textos
annulez les notifications
annuler les alertes
désactiver les notifications
mauvais numéro arrêtez
`);

/** French texts of a family that come close, and ask for nothing like it. */
export const ORDINARY = linesOf(`
Arrête-toi à la boulangerie
arrête au dépanneur en revenant
Peux-tu arrêter chercher du lait?
On arrête chez mémé en passant
on s'arrête pour souper
Arrête de pleurer mon coeur
arrête de niaiser
arrête de taquiner ta soeur
Arrêtez de vous chicaner les enfants
Arrête de texter pis viens souper
arrête de texter en conduisant
arrête de m'envoyer des memes 😂
arrête de m'appeler bébé
Arrête d'écrire à ton ex
Dis-lui d'arrêter de m'écrire haha
L'autobus n'arrête plus ici
arrêt de travail jusqu'à lundi
l'arrêt d'autobus est déplacé
mon prochain arrêt c'est Québec
Elle n'arrête pas de parler
il arrête pas de neiger
Ça n'arrête jamais ici
J'ai arrêté de fumer!
j'arrête le piano
arrête, t'es trop drôle
Arrête ça 😂
cesse de t'inquiéter
Cessez de crier dans la maison
cessez-le-feu à la maison svp haha
La pluie va cesser ce soir
ça suffit les bonbons
Ça suffit pour aujourd'hui
assez de neige!
J'en ai assez de l'hiver
j'en ai marre de mon boss
Trop de bruit ici
trop de messages haha résumez
Plus de dessert pour moi merci
plus de lait dans le frigo
Plus de pain svp si tu passes à l'épicerie
il n'y a plus de place
Plus de nouvelles de Paul?
plus de batterie je te rappelle
Plus jamais je mange autant
pas de nouvelles de l'hôpital
Pas de dessert merci
pas de messages de Luc ce soir
pas de souci
Pas de problème à demain
Je ne veux plus de gâteau
je veux plus y aller
je veux plus de détails stp
je veux pas manquer ça
Je ne veux pas que tu conduises ce soir
Je ne veux plus attendre
je ne veux pas déranger
J'aimerais arrêter au marché
je veux arrêter de travailler le vendredi
je veux arrêter le cours de danse
j'aimerais ne plus avoir mal au dos
Je souhaite bonne fête à mamie
je ne souhaite pas venir samedi
Comment arrêter la laveuse?
comment désactiver l'alarme
Comment je fais pour sortir du stationnement
comment enlever une tache de vin
Désactive l'alarme en entrant
ferme les lumières
Annule la pizza
on annule samedi
annulez la réservation svp
Annuler mon rendez-vous chez le dentiste svp
le vol est annulé
annule mon abonnement Netflix stp
Mon abonnement au gym finit demain
je me suis désabonné de Netflix
désabonne-toi de cette chaîne
Faut se désinscrire du cours avant vendredi
inscris-moi pour la salade
retire tes bottes
Retirez les photos du mur svp
Retire le rôti du four à 5h
je retire mon offre haha
retire-moi de la liste des cadeaux
enlève ton manteau
Enlevez vos souliers svp
enlève-moi de la liste pour samedi
supprime la photo stp
Supprime le dernier message haha
efface le tableau
j'ai effacé ton message par erreur
oublie pas ton lunch
oubliez pas mamie
J'ai oublié mon numéro de casier
ne m'envoie pas d'argent
N'envoie pas les photos tout de suite
ne m'attends pas pour souper
Ne m'appelle pas je suis en réunion
ne m'écris pas au travail
ne me réveille pas demain
Ne me texte pas en conduisant
n'écris pas à Luc c'est une surprise
N'écrivez pas sur le mur
ne lui écris plus
N'oublie pas de m'écrire
n'oublie pas de m'envoyer les photos
envoie-moi un texto en arrivant
écris-moi quand tu pars
Merci de m'avoir écrit
merci pour le rappel
merci de ne pas oublier le vin
Merci d'arrêter au magasin
Merci de retirer vos bottes
as-tu reçu mon message?
j'ai pas reçu ton texto
Je ne reçois plus les messages de l'école
je n'ai plus reçu de nouvelles
Tu ne m'écris plus jamais
tu m'envoies plus de photos
Vous ne m'écrivez jamais
il ne veut plus de messages de son ex
Elle ne veut plus recevoir de visite
le docteur dit plus de sel
Le prof a dit plus de textos en classe
Il a écrit « ne m'écrivez plus »
Laisse-moi tranquille avec tes blagues haha
laissez la porte ouverte
laisse faire
mauvais numéro désolé
j'ai un nouveau numéro
c'est mon nouveau numéro, Ana
Pas intéressé par le film
je suis pas intéressée par le char
Signe le consentement de l'école
tu as ma permission de rire
Le formulaire de consentement est dans le sac
Oui on sera là
oui! 🎉
Non merci j'ai mangé
ok à tantôt
Aide-moi avec la table
besoin d'aide avec la télé
info sur le voyage sur le frigo
stop! regarde la photo
y'a pas de stop au coin
fais ton stop au coin
sans arrêt depuis ce matin
je suis en arrêt maladie
fin de semaine au chalet
la fin du film est bonne
svp ne plus manger dans le salon
SVP arrêter au garage
svp arrêter de crier
svp arretez les enfants de courir
SVP me garder une place
svp enlever vos bottes
svp plus de sauce
S'il vous plaît, ne criez plus
s'il vous plait apportez du pain
arrêter la laveuse svp
arrêter de fumer
arrêtez tout, mamie arrive
Arrêtez tout de suite de vous battre
arrêtez donc de courir
arrête tes niaiseries
arrête tes folies haha
arrête de me faire rire
Arrêtez de me chatouiller haha
Arrêtez de nous attendre
arrêtez d'envoyer Luc au magasin
cessez vos chicanes
cessez de courir
cessez de vous inquiéter
stop au coin de la rue
stop à la lumière
stop stop on a oublié le chien
ne m'envoyez plus de biscuits, je suis au régime
ne m'envoyez pas d'argent
ne me contactez pas avant midi
ne m'écris pas, appelle
n'écrivez plus sur mes murs
plus de café svp
Plus de bruit!
plus de lait svp
plus de fromage merci
plus aucune idée
pas de viande
pas de sucre svp
je ne veux plus de chicane
Je ne veux plus de soupe merci
je veux pas vos restes haha
je ne veux pas de chien
Je ne veux pas recevoir la visite
je ne veux plus en manger
je ne veux plus être en retard
je ne souhaite plus déménager
Je n'ai plus besoin du char
je n'ai pas besoin de lift
je veux arrêter à la pharmacie
Je veux annuler le souper
je veux être là
je voudrais arrêter le temps
j'aimerais être là
j'aimerais annuler la réservation
je souhaite être avec vous
je demande à voir
comment me rendre
comment annuler la réservation
comment arrêter le saignement
comment je fais pour arrêter l'alarme?
comment ne plus ronfler
désactivez l'alarme svp
Désactiver le wifi
annulez le taxi
annuler le cours
supprimez la dernière photo
effacez le tableau
Enlevez le couvercle
enlever la neige
retirez la tarte du four
retirer 40$ au guichet
Veuillez retirer vos chaussures
veuillez arriver à l'heure
Veuillez arrêter de nourrir le chat
merci d'arrêter prendre du lait
Merci de garder les enfants
merci de ne plus fumer dehors
pouvez-vous me garder une place
Pouvez-vous me rappeler?
peux tu me retirer une écharde
mauvais numéro de table
vous vous trompez de jour
Je ne connais pas Rosa
qui êtes-vous déjà
je refuse de manger ça
je refuse de vieillir
ça suffit les biscuits
fini les devoirs!
finis ton assiette
reçu ton message
j'ai reçu les messages
tes messages me font rire
beau message
envoie les messages de Luc
les rappels de vaccin sont mardi
active les notifications
mes notifications marchent pas
je reçois pas les messages
il reçoit plus de messages que moi
plus de messages que d'habitude aujourd'hui
j'ai plus de messages non lus que toi
donne-moi ton numéro
mon numéro a changé
note mon numéro
la liste d'épicerie est sur la table
ajoute du pain à la liste
enlève le pain de la liste
qui est sur la liste
oui oui
non
non merci
ok stop
on arrête là pour ce soir
Arrêtez svp avec les ballons!!
jveux plus de patates
j'veux pu de neige
je veux pu y aller
jsuis tanné de la pluie
peux-tu arrêter les essuie-glaces
enlevez moi ça de là
otez vos manteaux
Pu de lait svp
plus de patience!
arrêtez de me rappeler mon âge
arrête avec tes jokes
Lâchez-moi avec vos histoires haha
lâche le chien
C'est assez les bonbons
J'ai demandé d'arrêter au marché
prière de sonner
prière de ne pas fumer
comment faire pour me rendre
je n'habite plus ici
ça suffit
ca suffit
assez
arretez ca
arrete ca
arrêtez tout
je veux plus
j'en veux plus
je ne veux plus
je veux des messages
je veux recevoir des messages
je veux recevoir les notifications
plus de messages que hier
j'ai plus de messages
je n'ai plus de messages
je n'ai pas de messages
je n'ai pas reçu de messages
je ne reçois plus de messages
je reçois plus vos messages
je ne reçois plus vos messages
je n'ai rien reçu
tu ne m'envoies plus de messages
vous ne m'envoyez plus de messages
tu m'écris plus
tu ne m'écris plus
elle ne m'écrit plus
il m'écrit plus
on ne m'écrit plus
n'arrêtez pas
n'arrêtez pas les messages
n'arrêtez pas de m'écrire
ne me retirez pas de la liste
ne me désabonnez pas
n'annulez pas mes alertes
je ne veux pas arrêter
je ne veux pas arrêter de recevoir les messages
je veux pas me désabonner
écrivez-moi
textez-moi
envoyez-moi un message
envoyez les messages
merci pour les messages
merci pour vos messages
merci pour les alertes
j'aime vos messages
vos messages sont bons
c'est mon numéro
voici mon numéro
mettez-moi sur la liste
je suis sur la liste
je veux être sur la liste
je consens
je consens à recevoir des messages
j'accepte les messages
j'autorise les messages
vous avez ma permission
comment recevoir les messages
comment activer les notifications
activez les notifications
qui m'écrit
qui envoie les messages
trop de messages
trop de textos
Arrête de pleurer
arrête de m'embêter haha
Arrêtez-vous au magasin
arrête le four
l'arrêt d'autobus
plus de pain
Plus de lait à la maison
je ne veux pas y aller
fini les devoirs
ça suffit les enfants
assez de biscuits
annule le souper
annulez la réservation
enlève tes bottes
laisse-moi tranquille deux minutes
retire le poulet du four
désabonne-toi du journal
ne m'attendez pas
ne m'écris pas pendant le cours
merci du rappel
stop les bonbons
aide-moi
je me suis désabonnée du gym
`);
