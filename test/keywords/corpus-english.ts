import { linesOf } from './lines-of.ts';

/** English texts that ask for no more texts, in many people's words: one a line. */
export const OPT_OUTS = linesOf(`
please stop sending text reminders
No more reminders please
stop the updates
stop notifying me
Don't text back
unsubscribed
quit notifying me
Stop pinging me
Pls quit sending these
plz stop msging this phone
can u stop texting me pls
Can you guys stop sending me messages
yall need to stop texting me
I dont wanna get these texts anymore
i dont want ur texts
I do not want any more reminders
I don't need these updates
we don't want any more alerts on this phone
No longer interested in receiving your texts
not interested in receiving text messages
I'm not interested in these texts, please stop
Please take my cell off your text list
take this number off your list!!!
kindly remove my contact from your list
Remove my name and number from your records
Please delete my information
Pls delete my number from ur system
Erase my number please
Please stop all text communication with me
Discontinue all text messages to this number.
Please discontinue sending me notifications
cancel my text alerts
Cancel all future texts
Cancel the notifications please
please cancel these reminders
end all notifications
deactivate my text alerts
Please disable text notifications
turn off text notifications for me
turn off all texts to this phone
shut off these alerts
switch off these texts please
How do I turn these off?
how do i make these texts stop???
How can I get off this list?
how to stop getting these texts
I want to be taken off
I'd like to be removed from your texting list
I wish to unsubscribe from your messages
I hereby opt out
Opting out, thanks
opt out pls
opt me out asap
I choose to opt out of texts
I would like to opt-out of receiving reminders
Please opt this number out
I unsubscribe
UNSUBSCRIBE ME NOW
unsubscribe this phone number
Un-subscribe please!
unsubscribe from texts
i want to unsubcribe from these msgs
Unsubscribe me from ALL lists
I withdraw my consent to receive text messages
I no longer consent to receiving texts
consent withdrawn
You do not have my consent to text me
I never gave you permission to text me. Stop
I didn't sign up for these messages, please remove me
I did not subscribe to this. Stop texting me
I never asked for these texts, stop
Who gave you my number? Stop texting me.
Wrong number. Stop sending me messages
You got the wrong person, take me off the list please
This isn't Rosa, stop texting
This is not Maya's number. Please stop texting.
STOP BOTHERING ME
stop bugging me with these texts
Stop harassing me
stop blowing up my phone
quit blowing up my phone with these texts
Stop spamming my phone!!
Stop with the constant messages
enough with the notifications already
Enough with these reminders!
I've had enough of these texts
I am done with these messages
I'm sick of these texts, stop sending them
Tired of these texts. Unsubscribe me.
too many texts, please stop
Too many messages! Take me off.
Stop sending so many texts, I want out
These texts are annoying, stop them
Please make the messages stop
never text this number again
Never contact me again.
DO NOT CONTACT ME
Do not send anything to this number
don't send me anything else
Don't send me any more of these
dont message me no more
dont text me no more
do not text my phone anymore please
Dont ever text me again
Please do not notify me anymore
don't notify me again
Please do not send reminders
Please don't send me notifications
no more alerts to my phone please
No more text alerts, thanks
no more updates pls
No more messages from you
No texts please
NO TEXTS
no text messages please
no notifications please
Please no more messages, thank you and have a nice day
I don't want to receive anything from you
I don't want to hear from you anymore
I do not wish to be contacted
I don't want to be notified
i no longer want to be notified by text
I'd rather not receive these texts
I'd prefer not to get text messages
I would prefer you not text me
I would appreciate it if you would stop texting me
Would you mind not texting me anymore
Would you please quit texting me
please refrain from texting me
Please refrain from contacting this number
Cease and desist texting me
Cease contact
cease all texts immediately
Stop sending messages to my phone or I'll report you
stop txtn me
stop textin me
STOP TEXING ME
Plese stop texting me
please stop sending me mesages
Stop sending me these damn texts
for the love of god stop texting me
OMG stop texting me already
I said stop texting me!
I already said STOP
I told you to stop. Stop texting me
stop stop stop texting me
Stop. I don't want these.
STOP please and thank you
Stop thx
Stop sir
Stop this service
cancel this service
Cancel service please
please cancel my subscription to text alerts
end my subscription to these texts
I want to cancel text messages
I want to stop text notifications
I want to stop the messages
I need to stop these alerts
Would like to stop receiving text messages pls
Need these messages to stop
Texts need to stop
I want this to stop, please
Block me from your list
put me on your do not text list
Add me to your do not contact list
Do not text list please
DNT TXT ME
Lose this number
forget my number
please forget this number
Get me off your list
Take my number out of your system
Remove us from your texting list
Take us off please
Please remove this phone from your alerts
Please remove my phone from notifications
pls remove me frm ths list
Please unenroll me
unenroll me from texts
Sign me off these texts
sign me out of text alerts
i quit these texts
I quit getting these texts please
Would you stop notifying me by text
I don't like these texts. Stop sending them
My phone bill is going up, stop texting me
I get charged for texts so please stop
Driving me nuts, quit texting me
🛑 no more texts 🛑
please stop texting 🙏🙏🙏
Stop texting me!!! 😡
😡😡 stop messaging me
No thanks, stop texting
no thank you please remove me
Not interested, remove me from list
Not interested. Do not text.
Good morning, please remove me from your text messages. Thank you
Hello, I would like to stop receiving these alerts. Thank you, Margaret
Dear sir, kindly stop sending messages to my number
To whom it may concern: please remove my number from your list.
hey can u quit sending me stuff
pls end these msgs
I really don't want these texts
I don't wish to be part of this group text
I do not agree to receive texts
I'm opting out of all messages from you
opt out of all communication
Please take me off your calling and texting lists
get my number off of your list
Please remove my mother's number from your list
pls dont send anymore
don't send anymore texts
do not send any more
dont send these to me
don't bother texting me
don't bother sending me texts
please stop, I don't know who this is
who is this, please stop texting me
Stop contacting this number
stop contacting me via text
stop communicating with me
I request that you stop sending me text messages
I am requesting to be removed from your text list
I am formally requesting that you cease all messages
please stop all future messages to this number
Discontinue messages
Discontinue
please delete me
Delete me from your contacts
remove me from sms
remove me immediately!!!!
remove this phone number from your system immediately
REMOVE MY NUMBER FROM YOUR CALLING LIST
take my name off
take my number off this list please
take me off of the text message list please
Please take this number off
Unsubscribe from text messages please
Unsubscribe my number
Unsubscribe. Thank you!
Please unsubscribe immediately
unsubscribe all
I'd like to unsubscribe please and thank you
how do you unsubscribe
How do I cancel text alerts
How do I delete my number from your list?
how can I be removed
where do I unsubscribe
what do I do to stop these messages
Can you please turn off text alerts for my phone
could someone please remove me from this list
Can I please be taken off this list?
Can you take me off this text chain please
May I be removed from the list please
would you kindly remove my number
Will you please stop
I keep getting these texts, please make them stop
I keep telling you to stop texting me
why do you keep texting me? stop
Why are you texting me? Please stop
I've asked you multiple times to stop texting me
This is the third time I've asked you to stop texting
third time asking, STOP
Again, please stop texting me
once again please remove me from your list
LEAVE ME ALONE STOP TEXTING ME
leave me alone and stop texting
Go away and stop texting me
Get lost. Stop texting me.
no more spam
No spam please
no more sms
NO MORE!!!!
no more messages for me
no thanks. no more texts
nope, take me off
Not me. Wrong number. Remove please.
Rosa doesn't have this number anymore, please stop texting
This number belongs to someone else now. Please stop
I'm deaf and these texts don't help, please stop them
I am on the do not call list
this number is on the do not call registry, stop texting
I will be contacting the FCC, stop texting me
reported as spam, stop
Blocked and reported. Stop texting.
I have blocked you. Stop.
I no longer want to receive these
I no longer wish to be on this list
I don't want to be on this list
I do not want to be on your list
I don't want to be contacted by text
I don't want text notifications
I don't want your messages
I do not want to receive messages on this phone
I dont want any messages at all
do not want texts
Not interested please stop
I have no interest in getting these texts
I didn't ask for these texts, please stop
I never signed up for this. Remove me!
I never agreed to this, stop texting me
I did not consent to these texts
I do not authorize you to text me
I take back my consent
consent revoked. do not text
I revoke permission to text this number
Revoke my consent please
please honor my request to stop
please respect my wishes and stop texting me
Stop texting me you idiot
stop texting me asshole
Stop F***ing texting me
STOP SENDING ME THIS SHIT
quit sending me this crap
fuck off stop texting me
jesus stop texting me
stop texting me bro
Bro stop texting me
Mam please stop texting me
Sto texting me
stop texting me plesae
plaese stop texting me
Stop texitng
Stop messging me
Unsubscrbe
UNSUSCRIBE ME
unsubsribe please
opt-out!
Opt Me Out Please
OPT OUT ALL
i want to opt-out pls & ty
Stop it with the texts
knock it off with the texts
cut it out with these messages
quit it with the notifications
lay off the texts please
too many texts from you guys, stop please
these alerts are too much, please stop them
Please stop these alerts, they wake me up
Your texts wake me up at night, stop sending them
please no texts
please no more alerts to this number
No calls or texts please
do not call or text me
Don't call or text this number again
stop calling and texting me
STOP CALLING AND TEXTING THIS NUMBER
I'd like my number taken off your list, thank you
Please have my phone number removed
this is annoying please stop texting
pls no more txts
no more tx msgs pls
Cancel my texts pls
Please cancel all communications
please cancel messages to 2025550123
stop my texts
Stop my alerts
stop my notifications please
end my text alerts
I want to end these notifications
I want to be off the texting list
Get me off your text list ASAP
please get rid of my number
Delete my number now
pls delete my cell number
please erase me from your system
remove me from your text service
please remove me from your message service
Please remove my name
Would you please delete my phone number
can you remove my phone
could you take me off the messaging list please?
Could I be unsubscribed please
I'd like out of these texts
let me off this list
please stop these text notifications
stop these annoying texts
stop these stupid alerts!!!
Stop these reminders, thank you
stop the reminders please
stop the alerts
stop the notifications
stop the msgs
Stop notifications
stop reminders
Stop updates
stop sending
stop sending reminders
Stop sending alerts to my phone
stop sending notifications
Stop sending me reminder texts
Stop sending me links
Stop sending these links to me
stop alerting me
stop messaging us
Stop texting us!
stop texting my number
stop texting my phone
stop writing me
stop writing to this number
quit messaging
quit sending me alerts
quit with the texts
quit with the notifications
Do not send me alerts
do not send notifications to this phone
do not send me reminders anymore
Do not message this number
dont contact me anymore plz
don't alert me anymore
don't ping me anymore
Don't want texts
Don't want any more texts
dont want notifications
dont want to be texted
I don't want alerts
I don't want reminders
i don't want text reminders
I don't want to get texts from you
I don't want to get these anymore
I don't want any more of these messages
I don't want any text messages from this number
I don't want any communication
I do not want text alerts thank you
I do not want to be on this text list
I do not want to receive these updates
I do not want anymore messages sent to me
I do not need these messages
I do not need reminders
I no longer need text alerts
I no longer want alerts
I no longer want to get texts
No longer want texts
no longer wish to receive
no longer wish to receive texts from you
Not interested in texts
not interested in your messages stop
No thank you, I don't want texts
no alerts please
no reminders please
no updates please
No messages please
No more contact please
no more communication
no more text notifications
no more reminder texts please
no more family alerts
opt out of alerts
opt out of notifications
opt out from texts
opting out of texts
I opt out of all messages
I am opting out
please opt me out of these
Please process my opt out
I request to opt out
I request removal from your list
requesting removal
Requesting to unsubscribe
request to be removed
unsubscribe from alerts
unsubscribe from notifications
Unsubscribe from all messages
Unsubscribe me from notifications
please unsubscribe this number
I need to unsubscribe
can you unsubscribe me
Can I unsubscribe
unsubscribe right now
revoke permission
I revoke all consent
I'm withdrawing my consent
you are not allowed to text me
You are not authorized to text this number
I never consented to these messages
I did not give permission for these texts
I have not agreed to receive texts
who signed me up for this? unsubscribe me
How did you get my number? Don't text me
I dont know any Rosa. stop
Sorry but you have the wrong number, please take me off
Hi, you have the wrong number. Please stop texting.
Hey stop
Please stop. Thank you. Have a good night.
please STOP!!!!!!
STOP STOP STOP STOP
Stop please!!
stop plz
plz stop
pls stop
stop now please
STOP 🙄
stop all alerts
stop all communication
Stop all
stop, unsubscribe
stop, end, quit, cancel
PLEASE STOP SENDING ME THESE REMINDERS!!!!
omg enough with the alerts already 😩
ugh can u plz stop w the texts
Hi there! Could you please stop sending notifications to my phone? Thank you so much!
Good afternoon. Please remove this number from all future communications.
hey so i dont want these notifications anymore thx
STAHP TEXTING ME
y'all quit textin me
ain't interested in these texts, quit sending em
kindly desist from sending me messages
No more notifs plz
unsubscribe plz 🙏
pls unsub me from these
u keep texting me, stop
i am not interested in receiving any more messages, thanks
Please don't send me any more reminders. 🙂
Stop sending alerts to this number please
Stop this texting please
I'd like to stop these reminders
i'd like to cancel alerts
how do i turn off these notifications
How do I stop getting reminders?
how can i cancel text reminders
I want to turn off notifications from you
please turn off reminders
turn the alerts off please
turn these texts off
Take this phone off your list.
take me off ur text list plz
remove me from ur list
remove my # from your list
remove me frm these texts pls
dont send reminders
do NOT send me texts
DO NOT TEXT
do not text!!!
dont text me
never text me again!!!
quit texting!
Quit it with the texts
I'm asking you nicely to stop texting me
I've asked you to stop
Already asked you to stop texting me!!
Stop. Just stop texting me.
just stop texting me
Just stop the messages
can y'all stop these messages
Could you stop the reminders?
could you turn these off please
can you please take me off
can i opt out of these
let me opt out
Let me unsubscribe
i'd like to be unsubscribed
I wanna unsubscribe
i wanna opt out
wanna stop getting these texts
I would like no more texts
I would like my number removed
I don't use this phone anymore, please remove
This is a landline, stop texting
this is my work phone, please stop texting it
This is a business line please stop sending texts
my mom passed away please stop texting this number
The person you are trying to reach is no longer at this number. Please stop texting
Sorry I'm not Rosa, please remove my number
not rosa, stop texting
wrong # stop
wrong # please remove
who are you and how did you get this number? stop texting me
Stop with the notifications
Stop these alerts
Please no more text alerts
quit sending me stuff
Don't send reminders anymore
Please don't notify me again
I don't want notifications
I do not want to get these reminders
Please end these reminders
please discontinue messages to this number
take me off this text list please
take me off the texts
remove my number from your texts
pls stop w the texts
stop w/ these updates
quit pinging my phone
stop buzzing my phone
stop reminding me
stop updating me
Please do not contact this number
Don't contact me by text
do not text this number again
No more updates
stop all notifications
Stop all of these messages
Cancel notifications
cancel these text reminders
cancel my alerts
turn off these alerts
please turn off text notifications for me
Disable text notifications
I wish to opt out
opting out
I want out of these texts
STOP!!!
stop messaging
stop messaging me please
stop sending these
stop sending this
Stop sending me notices
Please stop sending messages to my phone
can you please stop sending me these
could you stop texting this number
I asked you to stop
I said stop
i already said stop texting me
I told you to stop texting
Delete me from your list
please remove my phone number from your system
take my number off
wrong number, please stop texting
Wrong number. Remove me.
you have the wrong number stop texting me
No longer want these texts
no longer wish to receive messages
I no longer want to be contacted
not interested, stop texting
not interested stop
do not disturb me with these texts
Dont message me anymore
Dont message me
Never contact me again
No more of these
no more of these messages please
enough with these notifications
Kill the notifications
please halt all texts
Cease texting me
I withdraw my consent to texts
I withdraw consent
revoke consent
I don't consent to these messages
stop spamming my phone
quit spamming
this is spam, stop
Make the notifications stop please
I want these to stop
I want the texts to stop
how do i turn these off
How can I unsubscribe?
how do I get off this list?
Please take this phone off your list
I don't need these reminders
I don't want any more texts from you
I don't want any more of these texts
dont want these
I don't wish to be texted
please do not text
Don't text
Do not text me anymore please
please dont text me any more thank you
stop bugging me
stp texting me
Plz stop txtn me
stop the messages
stop the alerts already
Stop the reminders
I'm done with these texts
I'm sick of these messages please stop
discontinue service
end messages
End all communication
end subscription
Cancel subscription to texts
Unsubscribe this number
unsubscribe my number from these alerts
Would like to be removed from this list
Please have my number removed
I would like to stop receiving these
Stop alerts
Stop text
please block my number from getting these
Stop pestering me
quit contacting me
Quit the reminders
Quit texting
stop these
stop sending please
please stop these
No more msgs
Don't send texts
Don't send me updates
Don't send notifications to me
Don't ping me
don't ping me again
dont notify me
Don't alert me
don't remind me anymore by text
Please stop pinging this number
Unsubscribing
unsubscribed please
I'm unsubscribing
I opted out
`);

/** English texts of a family that come close, and ask for nothing like it. */
export const ORDINARY = linesOf(`
stop by the store
don't text Grandma back yet
I unsubscribed from Netflix
Can you stop and get gas on the way
I'll stop by after church
stop in at the bakery if you can
Next stop is ours
The bus doesn't stop here anymore
It won't stop raining
the baby won't stop crying
make the dog stop barking please
please stop the car at the corner
stop sign was knocked over on Main St
We stopped at Aunt Jo's
Stop fighting with your brother
stop picking on your sister
Tell Ben to stop calling me
tell Maya to quit texting during dinner
Stop being so hard on yourself
Stop, you're too funny
omg stop you're the best
you need to stop worrying about me
Please stop feeding the dog at the table
please stop leaving the lights on
Quit teasing him
I might quit the choir
Mia quit soccer
quit smoking 3 weeks ago!
Don't quit on me now
I canceled my dentist
Cancel the babysitter please
please cancel my 3pm
they cancelled school tomorrow
Do I need to cancel the hotel
cancel the order if it hasn't shipped
Can you cancel my gym membership for me
End of the road for that old car lol
end result: we're moving
The movie ends at 9
this weekend
No more cookies before dinner
no more excuses young man
no more room in the fridge
No more snow please!!
no more reminders needed, I'm already in the car
No more updates from the hospital yet
any more updates on Grandpa?
Thanks for the reminder!
thanks for the update, see you at 6
Can you send me a reminder tomorrow
remind me to stop at Costco
Send me updates when you land
keep me updated
don't forget to text me when you get there
Text me when you're home
don't text and drive!!
dont text him back
Don't text Mom about the party, it's a surprise
don't message Tom yet
Don't call Grandma, she's napping
don't send the photos yet
Please don't send flowers
don't send money, he's fine
do not contact the school, I'll handle it
never contact that plumber again
I never got your text
Never got the message from Tom
I don't want any cake, thanks
i don't want to go to the party
I don't want to miss it
i dont want you to drive in the snow
We don't need anything from the store
I don't need these shoes anymore
I don't need the stroller, you can have it
not interested in the timeshare thing
I'm not interested in seeing that movie
I'm done with dinner
I'm done with finals!!
I am sick of this weather
so tired of these leftovers
I've had enough turkey
enough with the puns dad
Enough wine for me
Leave me alone about the dishes haha
remove the roast at 5
please remove your boots
take the trash out please
Take me with you
take me off the invite for Saturday, I have to work
Take me off the potluck list
Remove me from the rota this week
remove tags before washing
delete the blurry pictures
Please delete the app off Grandpa's phone
Delete my last message lol
erase the whiteboard please
Lose the attitude
lost my number for the raffle
I lost his number
Do you have my new number
this is my new number
got a new number, it's Ben
Wrong number of plates, we need 8
turn off the oven in 10 min
turn off the sprinklers please
did you turn off the iron
shut off the water main
switch off the heater before bed
how do I turn off the alarm
how do I stop the dryer
How do I get off this roof lol
How can I get the stain off
How do I make it stop beeping
Make it stop!! the smoke alarm again
I want out of this meeting
I want to cancel my cable
i want to end this day already
Can I opt out of the gift exchange
I opted out of the insurance at work
opt for the red one
unsubscribe from that channel, it's awful for kids
unsubscribing from the newspaper
My subscription ran out
Her consent form is due Friday
Did you sign the permission slip
I give you permission to eat the last one
you have my permission to laugh
Block party on Saturday!
block the driveway so nobody parks
sign me up for potato salad
sign me out of school at 2
quit the app and reopen it
Restart the router
start the grill
info for the trip is on the fridge
help with the couch?
the texts are from Ben not me
Why is my phone blowing up
my phone is blowing up with birthday wishes
too many texts to read, what's the plan
too many messages lol someone summarize
So many notifications today haha
my notifications were off
I muted this sorry
Turn your phone off at the movies
Text you later
Stop texting and go to sleep!
Stop texting me spoilers
stop texting your sister at school
Stop sending me dad jokes
stop sending me recipes I'll never cook
stop messaging while you drive
stop reminding me how old I am
stop bothering the cat
stop bugging your father
Stop spamming the chat with gifs lol
stop by when the game ends
Ben please stop
"stop" is what the sign said
He texted me STOP in the name of love
Did he say stop or go
Can we stop talking about politics
could you not stop so fast
I can't stop thinking about that pie
please don't stop sending pictures of the baby
never stop being you
don't ever stop texting me
Dont remove me from the chat
Don't take Grandma off the list
I don't want to unsubscribe
don't cancel on me again
Do not cancel dinner
can't stop won't stop
We can stop at two
Full stop at the light
Is it a non stop flight?
Opt out day is Tuesday at the school
They asked me to stop volunteering
the doctor said no more salt
doctor says to stop the pills
The vet wants us to stop the antibiotics
stop payment on that check
No text from Ben yet
no texts from the kids tonight
no message from the airline
no notification came, weird
Any text messages from the school?
did you get the text from FamilyCircleSecure
The FamilyCircleSecure text is from me
What does reply STOP mean
do I have to reply stop
Yes! 🎉
Yes, we're in
yes ma'am
Ok 👍
on my way 🚗
can you quit sending him money
please end with a prayer
Let's end on a high note
Did the game end yet
I really don't want these leftovers
I don't want these anymore, anyone need a couch?
we don't want these chairs
I don't want any more kids lol
I don't want any
do not want to be late
I don't want to be on this committee
I don't want to be in the photo
i don't want to be that person
I don't want to receive the package at work
take me off the carpool list for Monday
take my plate please
Take my car, keys are on the hook
take off your hat
take off at noon?
Plane takes off at 4
Get my number from Ben
get my mail please
Delete me from the fantasy league
remove contact lenses before bed
remove the number 4 from the jersey
remove this from the fridge
Remove my bid
please delete the second photo
unsubscribe from the gym emails
How do I cancel this order?
how do i cancel the hotel room
How do I delete a photo
where do I park
what do I do to stop the bleeding
what do I do with the dog
Could someone please remove the snow
Can you please turn off the lights
Can I be excused from dinner
Can you take me to the airport
May I be excused
Will you please stop for milk
Will you stop by later
I keep getting lost, call me
I keep telling you to stop slouching
why do you keep texting me memes
Why are you texting me from the next room lol
I've asked you multiple times to clean your room
third time this week it's snowed
Again! again! the baby loves it
once again, Dad was right
leave the door open
leave me a plate
Go away for the weekend?
Get lost in a good book
No spam in the fridge, can you get some
no more spam sandwiches please
no more ice cream!
No more of that pie for me
no thanks, no more pie
nope, take the bus
Not me, ask Ben
Rosa doesn't have her phone on her
Rosa's number changed
you have the wrong address
This couch belongs to grandma
I will be there, stop worrying
I'm reporting for jury duty
reported the pothole
Blocked sink again
I have blocked the date
I no longer want to go
I no longer wish to drive at night
no longer needed, thanks
Not interested in leftovers, thanks
I have no interest in golf
I didn't ask for pickles
I never signed up for the bake sale lol
I never agreed to host
I did not consent to that haircut haha
I take back what I said
please honor the speed limit
respect your elders and stop whining
Stop being silly you goof
STOP SENDING ME TO VOICEMAIL
quit sending me to the store
stop texting me during the game
stop texting me until after church
stop texting me so early, it's 5am
stop texting me in all caps mom
Stop texting me from the bathroom
bro stop
stop 2 miles before the exit
Stop it with the singing
knock it off you two
cut it out, both of you
quit it
lay off the salt
ease up on the gas
too many cooks
your texts crack me up
these alerts are about the storm, stay inside
Please stop at the pharmacy, they close at 6
your texts made my day
please no gifts
please no shoes on the carpet
No calls after nine please
do not call the vet yet
Don't call or text Ben, he's asleep
stop calling your brother names
please stop contacting the landlord
Please don't end the call
text or call, either works
message me on facebook
send me a text when you're done
Send texts to mom not dad
Notify the school she's sick
update your phone
alerts say tornado watch
reminder: dentist at 3
Reminder to stop at the bank
group text or separate?
who made this group
which list am I on
what list?
put me on the list for Saturday
put me down for two
add me to the group
Add Ben's new number please
I changed my number
Can you see my messages
my texts aren't going through
my texts won't send
The messages stopped coming through
messages are delayed
no signal here
I can't text right now
can't talk, text me
I can't get texts at work
I don't get texts in the basement
I don't see your message
I don't have your number
I don't know who this is
who is this?
New phone, who dis
wrong chat sorry
sorry wrong person
oops wrong group
I'm out
count me out
we're done here
all done
enough said
fed the dog
sick of snow
over it
I quit coffee
I'm going to end up late
Did you end up going
the texts from the bank are spam, ignore them
it's a spam text, delete it
Block that number, it's a scam
report it as spam
I'd like my steak medium, thank you
Please have my dinner ready
this is delicious, please stop feeding me
pls no more dogs
cancel my vote
Cancel my morning, I'm sick
please cancel the cleaning lady
stop my car from rolling
Stop my heart, look at this baby
end my suffering, this meeting is long
I want to end on time
I want to be off by five
Get me off work early lol
please get rid of the couch
Delete my bad selfie
pls delete that tweet
erase the board
remove my name from the raffle
can you remove my splinter
could you take me off the schedule Saturday
Could I be any more tired
I'd like out of the rain
let me off at the corner
please stop these kids from running
stop these shenanigans
Stop these squirrels eating my tomatoes
stop the presses
stop the clock
stop the leak with a towel
Stop reminders on your calendar are wrong
stop sending him candy
Stop sending me your laundry
Stop sending me links to shoes
stop messaging Brad
Stop texting Tom!
stop texting my boyfriend
stop writing on the wall
quit messaging each other across the table
quit with the attitude
Do not send me socks again lol
do not use the good scissors
Don't use my towel again
don't contact them before noon
don't alert the neighbors
don't ping me, I'm presenting
Don't want seconds
dont want to be rude
I don't want ham
I don't want to get wet
i don't want to get up
I don't want any drama
I do not want to be home late
I do not need a ride
I do not need a coat
I no longer need the ladder
I no longer want the bike
No longer hungry
Not interested in dessert
No thank you, I don't want seconds
no onions please
no peeking please
No more screens tonight
no more soda please
no more family drama
opt out of PE
opting for chicken
I opt for pizza
request to be seated outside
unsubscribe from Dad jokes
can you subscribe me to the paper
Can I unsubscribe from chores
revoke his driving rights
you are not allowed to eat that
You are not authorized to use my car
I never consented to matching pajamas
I did not give permission for the tattoo
I have not agreed to anything
who signed me up for this potluck
How did you get my number right in the game?
I dont know any good dentists
Sorry but you have the wrong day
Hi, we're at the stop
Hey stop by
hey stop sign
Please stop. Hammer time
stop crying
stop everything, grandma's here
stop all the water
end of discussion
quit your job
start the car
I'll text you the address
can you text me the address
text me the recipe
Texting you from the plane
message from grandma: call her
Got your message
Got your text, thanks
Your text didn't come through
Resend the text please
I sent you a text
Ben sent a reminder
the reminder said 4
set a reminder for pills
My alerts are going crazy, big storm
turn on alerts for the storm
turn on notifications so you see this
sign up for text alerts from the county
the school sends too many texts
unsubscribe link is at the bottom of the email
I signed up for the alerts
how do I sign up
who is texting me? new phone
No reply yet
no answer
no worries
no problem at all
no rush
no way!!
nope
not yet
not now
never mind
Nevermind, found it
all good
stop and think
one stop shop
pit stop
let's stop here for tonight
can we stop for coffee
I need to stop for gas
We need to stop at the bank
You need to stop by more often
You should stop by
She needs to stop smoking
he has to stop running
Please tell him to stop
tell them to stop sending invoices
ask Tom to stop sending me articles
Tom won't stop texting me
Tom keeps texting me
I can't get Tom to stop texting me
Did the texts stop?
Are you getting these texts?
are these texts from you?
Is this text a scam?
Can you stop the texts from the pharmacy for Grandma?
can u plz stop at walgreens
omg enough with the singing already
STAHP 😂😂
y'all quit hogging the remote
ain't interested in liver
No more naps plz
u keep winning, stop
Please don't send me any more puppies lol
Stop this train
I'd like to stop for lunch
i'd like to cancel brunch
how do i turn off these lights
how can i cancel uber
I want to turn off the tv
turn the heat off please
take this box off my hands
remove my # 2 pencil from your bag
DO NOT ENTER
quit it!
I'm asking you nicely to stop chewing
I've asked you to stop jumping
Just stop by
just stop it
Just stop worrying
can y'all stop fighting
Could you stop at mine?
can you please take me off hold
let me out
i wanna go home
I wanna stop for tacos
I would like no more than two
I would like my chair back
This is a landline
my mom says stop and smell the roses
Sorry I'm not ready
who are you and what did you do with Ben
I sent the message
did you get my message
I get no texts here
my phone is off
turn off your phone
turn off my phone please
no texts yet
I want your number
put my name on the list
get off the phone
take the phone off the hook
please send the messages again
I want to get off the phone
let me off the phone
can you send me texts please
I stopped getting your messages
I dont get your texts
I want to get texts again
please send me the messages
remove the contacts from my phone
take these files out of the system
get the file out of the database
please delete my messages
the list is on my phone
take this off my list
add me to your list please
make them stop
please make them stop
make it stop
stop this
stop them
stop them please
make this stop
Don't send me anything
don't send anything
I don't want anything
I want out
enough
no more of it
get me out of this program lol
sign me out of the app
sign me up
You can text me
please text me
text me please
message me
contact me
you can contact me at this number
please contact me at my number
text this number
please text my phone
Text me on my cell please
send it to this number
send it to my phone
this is my number
that is my phone
who has my phone
where is my phone
I want a phone
need my phone
I cant get my phone to stop
my phone wont stop
keep me on the list
keep the texts
keep sending the updates
please keep sending me updates
I like getting these texts
I love these messages
thanks for the text
thank you for the update
thanks for the reminders
I want more texts
more texts please
please send more updates
send all the updates
I will stop
I can stop
should I stop
we can stop
do you want me to stop
want me to stop
do you want to stop
do you want texts
do you want updates
do you need anything
did you cancel
I already cancelled
already opted in
opt me in
Sign me up for texts
subscribe me
I subscribed
I am subscribed
consent given
I gave my consent
I consent to texts
you have my permission to text me
I agree to receive texts
I allow it
Its ok to text me
ok to text me
please dont stop
please dont stop sending me texts
dont you stop
never stop
I never want this to stop
I dont want the messages to stop
I dont want these texts to stop
I dont want to stop getting texts
I dont want to opt out
I dont want to be removed
dont take me off your list
dont remove my number
dont cancel my texts
please dont cancel my alerts
do not unsubscribe me
dont opt me out
not opting out
who opted out
who is on the list
how do I get texts
how do I get on the list
how do I get these on my phone
how do I turn on texts
turn on my alerts
turn on texts please
can I get on the list
can I get texts at this number
what number is this
what is this number
is this your number
is your phone off
was that text from you
were you texting me
were those messages from you
I cant read your texts
I see your messages
I see no messages
I have no messages
I got no message
got no texts from you
you have no messages
there were no messages
you never text me
you never message me
nobody texts me
no one texts me anymore
no one messages me anymore
you dont text me anymore
you no longer text me
why dont you text me
why no texts
you stopped texting me
you quit texting me
we stop texting
I wont stop texting you
I will stop texting you
ill stop sending you messages
ill stop texting now
I can stop sending updates if you want
should I stop sending you updates
should I stop texting you
do you want me to stop texting you
want me to stop sending these
stop me
stop you
stop us
no spam here
is this spam
is this a scam
is it spam
it is spam
that is spam
stop by the store on your way
Can you stop by later?
Don't stop at the bakery
The bus stop is closed
Stop it, you're making me blush haha
please stop fighting you two
I'll stop sending pictures if you don't like them
stop sending her candy
tell Jim to stop texting me during class
he won't stop texting me
She never stops texting me lol
no more cookies for grandpa
No more rain please
no more messages from the school today
I got no more messages
Did you get the reminder?
thanks for the reminder
please remind me tomorrow
Don't remind me, I know
don't forget the milk
don't text and drive
don't text him back
Don't text me before 8, I'm sleeping
don't text me at work, call instead
don't call me, text me
text me when you land
text me
cancel the dinner
cancel my order at the deli
I'm going to cancel the appointment
please cancel the reservation for 4
quit smoking finally
I want out of this house
take me to the airport
Take off at 6
delete the photo please
delete that picture of me
please delete the last message
unsubscribe from that newspaper for mom
how do I unsubscribe from the newsletter grandma gets?
turn off the lights
turn off your notifications during the movie
turn off notifications in the app, then try again
My notifications are off
I turned off notifications for the group
leave me alone with the cake and it'll be gone
enough about me
That's enough
are you going to stop texting me all day? lol
these updates are great
Keep the updates coming
please stop at the pharmacy
Please stop, you're killing me 😂
no more questions
No more homework!
I don't want any more cake
I don't want to go
don't want these shoes
I don't need a reminder
Do not open until Christmas
do not disturb sign is up
do not wait for me
block party saturday!
the doctor said stop the pills
Dr says to stop the medication
stop the medicine
Stop the car!
opt for the blue one
we opted out of the school lunch
I'm opting out of dessert
I will opt out of the trip
wrong number of plates
You gave me the wrong number for the plumber
is this the wrong thread?
My number is 555 0100
lost my number? 
I lost my phone
I revoke my offer to babysit
we need to stop meeting like this
they should stop building there
Make it stop raining
Let's stop for gas
can we stop talking about this
stop talking to me like that
stop writing so fast
quit hogging the remote
quit it you two
this is spam, don't click it
That email is spam
not interested in the game
I'm not interested in going
no thanks
No thank you
Never again!
don't bother
don't bother cooking
don't worry about me
sorry wrong chat
Unsubscribe button on that mail doesn't work
I am so done with this day
no longer raining
I no longer need a ride
I no longer eat meat
please stop feeding the dog
Please don't send him money
don't send me the bill
Don't send flowers
Don't send the kids yet
send me no more than two
stop sending money to that man
Stop sending the kids with wet shoes
`);
