/**
 * The landing page's whole style: one column, light and dark by the reader's choice. In the page, not in a file: the
 * reader stands in a shop with one bar of signal. The letters of the other pages are taken where they are there at once,
 * else the system's. Colours as in styles/tokens.css.
 * @param font address of the file with the letters
 */
export const landingStyle = (font: string) =>
  `
@font-face{font-family:Atkinson;font-display:optional;font-weight:200 800;src:url(${font}) format("woff2")}
:root{color-scheme:light dark;--bg:#f6f3ee;--card:#fffdfa;--ink:#22201c;--soft:#5d574d;--line:#ddd6ca;--edge:#8b8373;--go:#1f5f4a;--go-ink:#fff;--focus:#b4540a}
@media(prefers-color-scheme:dark){:root{--bg:#171614;--card:#22211e;--ink:#f1ede6;--soft:#b9b2a6;--line:#3b3833;--edge:#8a8378;--go:#7fd1b1;--go-ink:#0d2a20;--focus:#ffb066}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;grid-template-columns:minmax(0,26rem);place-content:center;padding:1.5rem min(1rem,4vw);background:var(--bg);color:var(--ink);font:1.0625rem/1.5 Atkinson,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main{background:var(--card);border:1px solid var(--line);border-radius:20px;padding:1.75rem min(1.5rem,5vw)}
.brand{display:flex;align-items:center;gap:.625rem;margin:0 0 1.25rem;color:var(--soft);font-size:.9375rem;font-weight:600}
@media(max-width:18rem){body{padding:.5rem 4px}main{padding:12px}.brand{margin:0 0 .5rem}}
.brand span{font-size:min(1em,6.6vw)}
.name{font-size:min(1em,9.6vw)}
.mark{flex:none}
.mark-home{fill:var(--go)}
.mark-away{fill:var(--focus)}
h1{margin:0 0 .5rem;font-size:min(1.5625rem,11vw);line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 1.25rem;color:var(--soft)}
form{margin:0}
.button{display:block;width:100%;min-height:52px;margin:0 0 .75rem;padding:.8125rem min(1rem,4vw);border:1px solid var(--edge);border-radius:14px;background:none;color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button.go{border-color:var(--go);background:var(--go);color:var(--go-ink)}
.button:hover{border-color:var(--go)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.more{margin-top:1.25rem;padding-top:1rem;border-top:1px solid var(--line)}
.more h2{margin:0 0 .75rem;font-size:.9375rem;font-weight:600;color:var(--soft)}
.more .button{margin-bottom:.5rem}
.more .button:last-child{margin-bottom:0}
footer{font-size:.9375rem}
footer p{margin:0 0 .5rem}
footer p:last-child{margin:0}
footer a{color:inherit}
.note{margin:1rem 0;font-size:.9375rem}
.note:empty{margin:0}
.note a{color:inherit}
[data-device=maybe_ipad] .ios,[hidden]{display:none}
@media(prefers-reduced-motion:no-preference){.button{transition:background-color .15s,border-color .15s}}
`.trim();

/**
 * The page's only script. iPadOS says that it is a Mac, so the browser decides; and the link is copied on an
 * explicit tap, for an app that is installed afterwards. Without it the page still does everything else.
 */
export const LANDING_SCRIPT = `
var d=document,r=d.documentElement,b=d.getElementById("copy"),c=d.getElementById("copying");
if(r.dataset.device==="maybe_ipad"&&navigator.maxTouchPoints>1)r.dataset.device="ios";
if(b&&navigator.clipboard){c.hidden=false;b.addEventListener("click",function(){
navigator.clipboard.writeText(b.value).then(function(){d.getElementById("copied").textContent="Copied. The app will offer to open it."},function(){d.getElementById("copied").textContent="Your browser did not allow copying."})})}
`.trim();
