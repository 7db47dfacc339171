import { linesOf } from './lines-of.ts';

/** Spanish texts that ask for no more texts, in many people's words: one a line. */
export const OPT_OUTS = linesOf(`
Deja de enviarme recordatorios
dejen de mandarme recordatorios
deja de mandarme mensajes porfa
Dejen de molestarme con mensajes
ya dejen de mandar mensajes
dejenme de mandar mensajes
dejenme de enviar textos por favor
Por favor dejen de enviarme notificaciones
por favor deje de mandarme avisos
Favor de dejar de enviar mensajes a este número
Paren de mandarme mensajes
para de enviarme mensajes
paren los mensajes
Paren ya con los mensajes
parenle a los mensajes
Párenle a los textos ya
basta de mensajes
Basta ya de notificaciones
ya basta con los mensajes
Ya no quiero mensajes
ya no quiero recibir mensajes
ya no quiero recibir mas notificaciones
Ya no quiero más recordatorios
ya no quiero nada de ustedes
No quiero recibir alertas
no quiero recibir mas sus mensajes
No deseo recibir más mensajes de texto
No deseo recibir notificaciones en este número
no quiero más mensajes gracias
no quiero mas textos
No quiero avisos
no quiero estos mensajes
no quiero que me manden mensajes
no quiero que me envíen más textos
No quiero que me escriban
no quiero que me contacten más
no me interesa recibir mensajes
No me interesan sus mensajes, gracias
no estoy interesado en recibir sus mensajes
no estoy interesada, quítenme de la lista
No me manden mensajes
no me mandes mensajes
no me mande mas mensajes por favor
no me manden más textos
No me manden nada más
no me envien mas nada
No me envíen más recordatorios
no me envie mas alertas
no me envíes más notificaciones
no me texteen más
no me textees
ya no me textees
No me escriban más
no me escriban a este numero
No me vuelvan a escribir
no me vuelva a mandar mensajes
no vuelvan a mandarme mensajes
No vuelvan a contactarme
nunca me vuelvan a escribir
No me contacten
no me contacte mas
No me molesten más
no me molesten con mensajes
ya no me molesten
Dejen de molestar
deja de molestarme
No más mensajes
no mas mensajes por favor
NO MAS MENSAJES!!!
no mas textos
no más alertas gracias
No más notificaciones
no más recordatorios por favor
ningún mensaje más por favor
ni un mensaje más
Cancelar mensajes
cancelar alertas
cancelen las notificaciones
Cancele mis alertas de texto
Quiero cancelar los mensajes
quiero cancelar el servicio de mensajes
cancelar el servicio
Cancelar suscripcion
cancelen mi suscripción por favor
Desactivar alertas
desactiven los mensajes por favor
quiero desactivar las notificaciones
Cómo desactivo estos mensajes?
como cancelo estos mensajes
¿Cómo dejo de recibir estos mensajes?
como hago para no recibir mas mensajes
Cómo hago para que dejen de llegar estos mensajes?
como me salgo de esta lista
quiero salir de esta lista
Quiero salirme de la lista
quiero que me quiten de la lista
Quítenme de su lista
Quiteme de la lista por favor
quitenme
sáquenme de esta lista
Sáqueme de su lista de mensajes
Borren mi número
borre mi numero por favor
Borrenme de su lista
bórrame de la lista
Eliminen mi número de su sistema
elimine mi teléfono de su base de datos
eliminar mi numero
Elimínenme de su lista
Remuévanme de la lista
remover mi numero
remover de la lista por favor
Quiten mi número de la lista
Denme de baja
dame de baja por favor
Deme de baja
darme de baja
darse de baja
quiero darme de baja
Solicito la baja
solicito que me den de baja
Baja por favor, no quiero mensajes
Me doy de baja
den de baja este número
Desuscríbanme
desuscribirme de los mensajes
desuscribir por favor
Anular suscripción
quiero anular mi suscripción a los mensajes
anulen mi suscripcion
Retiro mi consentimiento
revoco mi consentimiento
no autorizo que me envíen mensajes
No autorizo mensajes a este número
No doy permiso para que me manden mensajes
ya no autorizo recibir mensajes
Número equivocado, no me manden mensajes
numero equivocado dejen de escribirme
Se equivocaron de número, dejen de mandar mensajes
no soy Rosa, dejen de escribir a este número
Esta no es Maya. No manden más mensajes
No los conozco, no me escriban
Quién les dio mi número? No me escriban más
Detener mensajes
detengan los mensajes
detener notificaciones por favor
Alto a los mensajes
alto por favor
ALTO YA
Stop por favor
stop porfis
STOP gracias
Suspendan los mensajes
suspender mensajes
suspenda el envío de mensajes
Cesen los mensajes
cese de mensajes por favor
Terminen con estos mensajes
Estoy harto de estos mensajes, paren
estoy cansada de tantos mensajes, ya no me manden
son demasiados mensajes, quítenme de la lista
muchos mensajes, ya no quiero
Hagan que paren estos mensajes
que paren los mensajes
Buenas tardes, quisiera dejar de recibir estos mensajes. Gracias
Hola, favor de quitarme de la lista de mensajes
Buenos días, ya no deseo recibir sus alertas, gracias
Les pido que no me escriban más
Le ruego que deje de enviarme mensajes
le agradecería que no me enviara más mensajes
Me gustaría dejar de recibir los textos
Me podrían dar de baja?
¿me pueden quitar de la lista?
Pueden dejar de mandarme mensajes?
podrías dejar de textearme
Puede parar de enviarme textos?
Por favor no más 🙏
🛑 no más mensajes 🛑
ya dejen de mandar textos 😡
Dejen de fregar con los mensajes
dejen de estar chingando con los mensajes
favor de no mandar mensajes
Favor de cancelar mensajes
por favor no me contacten
por favor no manden más alertas
por favor quiten mi numero
Por favor elimínenme
por favor dejen de escribirme
por favor paren de molestar
Por favor, ya no envíen mensajes
Ya no me envíen mensajes
ya no me envien nada por favor
ya no me manden mensajes
Ya no me manden alertas
ya no manden mensajes
Ya no quiero que me manden mensajes
ya no quiero que me envien notificaciones
ya no quiero recibir textos
Ya no deseo recibir sus mensajes
ya no deseo mensajes
Ya no necesito estos mensajes
ya no necesito recibir notificaciones
no necesito estos recordatorios
No necesito sus mensajes
no quiero sus mensajes
no quiero alertas
No quiero recordatorios
no quiero notificaciones
No quiero recibir textos
no quiero recibir nada
no quiero seguir recibiendo mensajes
No quiero estar en esta lista
no deseo estar en su lista
no me interesa gracias, no me manden mensajes
No gracias, no quiero mensajes
no gracias no me escriban
No me escriba más por favor
no me escriban nunca más
no me manden textos
No me mande más
no me envíen nada más
no envien mas mensajes
no envíe mensajes a este número
No manden más textos a este celular
no mandar mensajes
No enviar mensajes
no contactar
no vuelvan a enviarme mensajes
no me vuelvan a contactar
No me vuelvan a molestar
deje de enviarme mensajes
Deje de mandarme textos
dejen de enviarme alertas
dejen de enviar notificaciones
Dejen de mandar notificaciones
dejen de textearme
dejen de contactarme
deja de escribirme
paren de enviarme mensajes
paren de escribirme
Paren de mandar alertas
pare de enviar mensajes
parar mensajes
parar notificaciones
parar alertas por favor
detener alertas
detener los mensajes
Detener textos
Cancelar notificaciones
cancelar recordatorios
Cancelar mis mensajes
cancelar mi suscripción
Cancelen los mensajes
cancelen mis alertas
cancela los mensajes
Cancelación de mensajes
Quiero cancelar mi suscripción
quiero parar los mensajes
quiero dejar de recibir mensajes
Quiero dejar de recibir alertas
quisiera cancelar las notificaciones
Quisiera que me quiten de la lista
quisiera darme de baja
Deseo darme de baja
deseo cancelar los mensajes
Necesito que me den de baja
necesito que dejen de mandarme mensajes
Necesito cancelar los textos
Quítame de la lista
quitame de tu lista
quita mi número
Quiten mi teléfono
sácame de la lista por favor
Saquen mi número
Borra mi número
borra mi numero por favor
elimina mi numero
Elimina mi número de tu lista
Eliminar mi número
eliminar de la lista
dar de baja
Dar de baja mi número
darme de baja por favor
Darme de baja de los mensajes
baja del servicio
Cómo me doy de baja?
como puedo cancelar los mensajes
Cómo puedo dejar de recibir mensajes
cómo puedo darme de baja
¿Cómo quito estos mensajes?
como paro estos mensajes
desuscribeme
Desuscríbame por favor
desuscribir
No autorizo que me contacten
no les di permiso de mandarme mensajes
Quién es? No me escriba
número equivocado, bórrenme
No conozco a Rosa, dejen de mandar mensajes
Esta persona ya no usa este número, no manden mensajes
Estoy cansada de sus mensajes, paren
Me tienen harto con sus mensajes
STOP, no más
alto, no más mensajes
ya no más
ya no mas por favor
ya párenle
ya dejenme en paz con los mensajes
Por favor ya no me manden recordatorios 🙏
YA NO ME MANDEN MENSAJES!!!
oigan ya parenle con los mensajes no?
Buenas, me pueden dar de baja de las notificaciones porfa?
Hola, no deseo recibir más recordatorios, gracias!
q dejen de mandar mensajes
no kiero mas mensajes
ke no me manden mensajes
dejen d mandarme mensajes x favor
Porfis ya no me manden alertas
no me estén mandando mensajes
dejen de estar enviando notificaciones
cómo le hago para ya no recibir mensajes
Como me quito de la lista?
quiero quitarme de esta lista
quitar numero
quiten este numero
este numero no es de rosa, ya no manden
Señores, por favor retiren mi número de su base de datos
Solicito la cancelación de los mensajes
solicito cancelar las notificaciones
Cancelen todo
Cancelar todos los mensajes
Ya no me interesa recibir sus mensajes
No quiero que me estén mandando textos
No quiero recibir spam
basta de spam
deja de enviarme notificaciones
deja de notificarme
dejen de notificarme
Deja de avisarme
no me avisen más
dejen de recordarme
Deja de mandarme alertas 😡
Deja de mandarme avisos
Dejen de mandarme alertas
No más recordatorios
no mas avisos por favor
No quiero más notificaciones
no quiero recibir avisos
Ya no quiero recibir alertas
basta de notificaciones
Por favor dejen de escribir
no me escribas más
quiero dejar de recibir estos mensajes
cómo dejo de recibir estos mensajes?
dame de baja
eliminen mi numero
Para con los mensajes
paren con los avisos
paren de mandar mensajes
desactiven las notificaciones
no autorizo mensajes
número equivocado, no escriban más
se equivocó de número, no me mande mensajes
no deseo recibir mensajes
no deseo más mensajes
No quiero estos textos
deje de textearme
no me texteen
`);

/** Spanish texts of a family that come close, and ask for nothing like it. */
export const ORDINARY = linesOf(`
para en la tienda por leche
puedes parar en la farmacia?
paramos en casa de la abuela
Para mañana traigan sillas
para quién es el pastel
El camión no para aquí
paren de pelear niños
Parenle al ruido por favor
para la música ya
Alto, policía jajaja
mi hijo ya está más alto que yo
está muy alto el volumen
Hicimos alto en el semáforo
deja de llorar mi amor
deja de comer dulces
Deja de molestar a tu hermana
deja de mandarle mensajes a tu ex
Dejen de jugar y vengan a comer
dejen los zapatos en la puerta
deja las llaves con la vecina
Dejé el pastel en el horno
déjame ver y te digo
Dejó de llover
dejé de fumar hace un mes
No dejes de venir
no dejes de escribirme
no dejen de mandarme fotos del bebé
No dejo de pensar en ti
basta de tareas por hoy
basta de dulces
Ya basta de nieve
no más dulces antes de cenar
No más perros por favor jaja
no hay más lugar en la mesa
ya no quiero más pastel
Ya no quiero ir
no quiero cenar
No quiero que manejes de noche
no quiero molestar
No quiero que te preocupes
no quiero recibir a nadie hoy
ya no necesito las sillas
no necesitamos nada del súper
no me interesa esa película
no me interesa el fútbol
No estoy interesado en el coche
No me manden la comida todavía
no me mandes dinero, estoy bien
no mandes las fotos todavía
no le mandes mensajes a Pedro
No le escribas a tu tía, es sorpresa
no me escribas mientras manejas
No me escribas al trabajo
no me llames ahora, estoy en junta
No me llamaste ayer
no me mandaste el mensaje
No me llegó tu mensaje
No me llegan los mensajes de Tomás
no recibí tu mensaje
no he recibido notificaciones de la escuela
Recibiste mi mensaje?
¿Recibieron el aviso de la escuela?
gracias por el recordatorio
gracias por avisar
Mándame un recordatorio mañana
mandame mensaje cuando llegues
avísame cuando salgas
No olvides mandarme mensaje
tengo muchos mensajes sin leer
son demasiados mensajes jaja
tantos mensajes hoy!
cancela la pizza
cancelaron el vuelo
Cancelar la cita del dentista
quiero cancelar el gimnasio
hay que cancelar la reservación
¿Cancelaste la cita?
Cancelen la cena, estoy enferma
Cancela mi suscripción de Netflix
cómo cancelo Netflix
suspendieron las clases
suspenden el partido por lluvia
detén el carro
Detuvieron el tráfico
terminen su tarea
terminamos a las 8
borra la foto por favor
borré tu mensaje sin querer
Borra ese mensaje jaja
No borren las fotos
quita los platos de la mesa
quítame esa foto por favor
Quitaron la luz
quita mi nombre de la lista del regalo
quítame de la lista del intercambio
Sácame de aquí, esta fiesta está aburrida
saca al perro
Sáquenme una cerveza
elimina el virus de la compu
Eliminaron a México 😭
Eliminen el azúcar dijo el doctor
baja a comer
baja el volumen
Bajé cinco kilos
estoy de baja por maternidad
dio de baja el seguro del coche
Está dado de baja el número de la abuela
me di de baja en el gimnasio
¿cómo doy de baja mi seguro?
quiero salir temprano
quiero salirme del trabajo
Salgo a las 5
¿cómo salgo de la autopista?
Cómo apago la alarma
cómo desactivo la alarma de la casa
Desactiva la alarma cuando llegues
apaga las luces
apaga el horno en diez minutos
no autorizo que se coman el pastel jaja
tienes mi permiso para reírte
Firmaste el permiso de la escuela?
retiro el dinero mañana
Número equivocado, perdón
me equivoqué de número jaja
cambié de número, soy Ana
este es mi nuevo número
nadie me escribe jaja
nunca me escribes
Nunca más como tanto
no vuelvas tarde
No vuelvan sin la leche
no me vuelvas a asustar así
ya no me duele
No me molesta para nada
no molestes al perro
Estoy harta de la lluvia
estoy cansada, hablamos mañana
Sí, ahí estaremos
sí! 🎉
Claro que sí
No puedo el domingo
no
no gracias, ya comí
Ayuda con la mesa por favor
ayúdame con las bolsas
necesito ayuda con la tele
el alto costo de la vida
Stop! mira esta foto
No hay stop en esa esquina
me puse en alto
detener a los niños es imposible
cancelar o no cancelar, esa es la pregunta
no paramos de reír
No paro de reírme 😂
Dijo que dejara de mandarle mensajes
Pedro me dijo "no me escribas más"
La tía ya no quiere que le manden fotos
el doctor dice que no más sal
no mas clases hasta el lunes
Ya no más gripe por favor
favor de no llegar tarde
favor de traer hielo
por favor no me esperen
por favor no manden a los niños solos
por favor quiten los zapatos
por favor dejen de gritar
por favor paren en la tienda
Ya no me esperen
ya no me des más pastel
ya no manden comida, sobró mucha
Ya no quiero que sufras
ya no quiero recibir visitas
ya no necesito el coche
no necesito que vengas
No necesito ayuda
no quiero sopa
no quiero ir sola
No quiero pelear
no quiero recibir clases
no quiero seguir aquí
no quiero estar sola
no deseo molestar
no me interesa gracias
No gracias, no quiero café
no gracias no tengo hambre
No me escriba cartas jaja
no me manden al rincón
No me mande flores, maestro
no me envie el paquete todavía
no envien el regalo
No mandar a los niños sin suéter
no contactar al plomero todavía
no molestar al bebé
no vuelvan a pelear
No me vuelvan a asustar
deje de correr
Deja de mandarme memes mamá
dejen de pelear
Dejen de mandar a Luis por todo
deja de escribir en la pared
paren de correr
Paren de comer antes de la cena
parar en la esquina
parar la lavadora
detener el coche
Cancelar el vuelo
cancelar la piñata
Cancelen la reservación
cancela la cita de mañana
quiero cancelar la cita
quiero parar a comer
quiero dejar de trabajar
Quiero dejar de fumar
quisiera cancelar el viaje
Quisiera que vinieran
Deseo verte pronto
Necesito que me den de comer
necesito que dejen de pelear
Necesito cancelar el hotel
Quítame esa duda
quita la olla del fuego
Quiten el mantel
sácame del apuro
Saquen la basura
Borra la tarea del pizarrón
elimina los virus
dar de comer al perro
dar de baja el auto
baja del coche
baja por tu hermana
Cómo me veo?
como puedo llegar
Cómo puedo ayudar
¿Cómo quito la mancha?
como paro un taxi
no autorizo esa fiesta jaja
no di mi opinión
Quién es el cumpleañero
No conozco a Rosa
Estoy cansada del tráfico
Me tienen harta con el ruido
demasiado picante, quiero agua
alto ahí
ya basta de pantallas
ya no más nieve por favor
ya duérmanse
déjame en paz jaja
ya dejenme dormir
hola a todos
recibí el mensaje
ya recibí los mensajes gracias
no recibo mensajes de la escuela
¿Mandaste los mensajes?
te mandé un mensaje
mándame los mensajes de Luis
los mensajes de la abuela me encantan
qué bonito mensaje
Gracias por los recordatorios
el recordatorio dice a las 4
activa las notificaciones
no tengo notificaciones
las notificaciones no sirven
no sirve mi celular
mi número cambió
este es mi número
dame tu número
apunta mi número
no tengo tu número
estoy en la lista?
hice la lista del súper
quién está en la lista
agrega pan a la lista
borra el pan de la lista
quita el pan de la lista
sí, sí quiero
si por favor
Por favor ya no me manden fotos de comida 🤤
YA NO ME MANDEN TAREAS
oigan ya parenle con los gritos no?
me pueden dar de comer porfa?
q dejen de gritar
no kiero mas frijoles
ke no me manden a mi
como le hago para llegar
Como me quito este chicle?
quiero quitarme los zapatos
quiten este mueble
este numero no es de rosa es de ana
Cancelen todo el paseo
deja de roncar
no me recuerden mi edad
dejen de recordarme mi edad jaja
no me avisen tarde
me avisan cuando lleguen
avisenme por mensaje
no quiero
ya no quiero
ya no quiero nada
no quiero nada
no quiero nada gracias
basta
ya basta
no me manden nada
no mande nada
no mandes nada
no envien nada
no me molesta
no me molestan los mensajes
no me molestan sus mensajes
quiero recibir mensajes
quiero recibir notificaciones
quiero mensajes
mas mensajes por favor
mandenme mensajes
manden mensajes
envien los mensajes
recibo los mensajes
recibo sus mensajes
no recibo sus mensajes
no recibo mensajes
no me llegan los mensajes
no me llegan mensajes
no hay mensajes
no tengo mensajes
no veo los mensajes
tengo mensajes
me gustan los mensajes
me gusta recibir mensajes
autorizo los mensajes
doy mi permiso
doy mi consentimiento
si autorizo
no dejen de mandar mensajes
no paren
no paren de mandar mensajes
no me quiten de la lista
no me den de baja
no cancelen los mensajes
no cancelen
no borren mi numero
quiero estar en la lista
estoy en la lista
pon mi nombre en la lista
este es mi numero
mi numero es este
me quieren dar trabajo
que paren
para nada
para mi
para todos
para que no me molesten
son muchos
saquenme de aqui
como estan
como recibo los mensajes
como activo las notificaciones
activen las notificaciones
quien mando los mensajes
quien manda mensajes
por que no me mandan mensajes
nunca me mandan mensajes
ya no me mandan mensajes
ya no me mandas mensajes
ya no me escribes
ya no me escriben
no me escriben
no me contestan los mensajes
dejen los mensajes
dejen mensajes
deja un mensaje
dejame un mensaje
dejen su numero
Para en la tienda
para mañana
No me escribas ahora, estoy manejando
no me llames
no quiero ir
no quiero más pastel
ya no quiero jugar
basta de llorar
Basta, niños
deja de llorar
no más dulces
no mas tarea
cancelar la cita
cancelen la reserva
quita la mesa
borra la foto
quiero dar de baja la televisión
dame un minuto
darle de comer al perro
el mensaje no llegó
no recibí mensajes
me encantan los mensajes
el alto de la calle
pare de sufrir jaja
Para el coche
me voy a dar de baja del gimnasio
apaga las notificaciones de tu celular
`);
