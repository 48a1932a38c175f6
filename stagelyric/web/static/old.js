// The first script of every page, in the JavaScript of 2009. It adds what browsers from 2020 on may lack; an older
// browser shows in large letters that it is too old, instead of nothing or an outdated line.
(function () {
  "use strict";
  function add(holder, name, made) {
    if (holder && !holder[name]) Object.defineProperty(holder, name, { value: made, configurable: true, writable: true });
  }
  function at(index) {
    var place = index < 0 ? this.length + index : index;
    return this[place];
  }
  add(Array.prototype, "at", at);
  add(String.prototype, "at", at);
  add(Object, "hasOwn", function (holder, name) {
    return Object.prototype.hasOwnProperty.call(holder, name);
  });
  add(window.Element && Element.prototype, "replaceChildren", function () {
    while (this.firstChild) this.removeChild(this.firstChild);
    for (var i = 0; i < arguments.length; i++) this.append(arguments[i]);
  });
  add(String.prototype, "replaceAll", function (part, other) {
    return this.split(part).join(other);
  });

  var said = false;
  function tooOld() {
    if (said || window.stagelyricRuns || !document.body) return;
    said = true;
    var words = document.createElement("div");
    words.id = "too-old";
    words.setAttribute("role", "alert");
    words.style.cssText =
      "position:fixed;top:0;right:0;bottom:0;left:0;z-index:99999;background:#000;color:#fff;padding:5%;" +
      "font:bold 7vw/1.2 sans-serif;text-align:center";
    words.appendChild(document.createTextNode("This browser is too old to show the lines."));
    var more = document.createElement("div");
    more.style.cssText = "font-size:3vw;margin-top:1em;font-weight:normal";
    more.appendChild(document.createTextNode("Wanted: Safari 14, Chrome 80, Firefox 78 or later. Update it, or use another device."));
    words.appendChild(more);
    document.body.appendChild(words);
  }
  function look() {
    if (!("noModule" in document.createElement("script")) || !window.Promise || !window.WebSocket) tooOld();
  }
  window.addEventListener("error", function (event) {
    var name = (event.error && event.error.name) || String(event.message);
    if (/SyntaxError|TypeError|ReferenceError/.test(name)) tooOld();
  });
  window.addEventListener("load", function () {
    look();
    setTimeout(tooOld, 8000); // nothing ran, and no error said why
  });
})();
