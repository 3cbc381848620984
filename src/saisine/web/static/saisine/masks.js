// Draw a box on the picture, by mouse, pen or finger; the page works without this file, by its four fields.
"use strict";

(() => {
  const stage = document.querySelector("[data-masks]");
  const form = document.querySelector("[data-mask-new]");
  if (!stage || !form) return;
  const ghost = stage.querySelector("[data-ghost]");
  const names = ["left", "top", "width", "height"];
  const LEAST = 0.2; // per cent: a click without a move is no box
  let start = null;

  stage.parentNode.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false));

  // where the pointer is, in per cent of the picture, whatever its size on screen and the margins around it
  const at = (event) => {
    const whole = stage.viewBox.baseVal;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(stage.getScreenCTM().inverse());
    const percent = (part, side) => Math.min(100, Math.max(0, (part / side) * 100));
    return [percent(place.x, whole.width), percent(place.y, whole.height)];
  };

  const draw = (sides) => {
    const whole = stage.viewBox.baseVal;
    const [left, top, width, height] = sides.map((side) => (Number.isFinite(side) ? side : 0));
    ghost.setAttribute("x", (left / 100) * whole.width);
    ghost.setAttribute("y", (top / 100) * whole.height);
    ghost.setAttribute("width", (width / 100) * whole.width);
    ghost.setAttribute("height", (height / 100) * whole.height);
  };

  const fill = (sides) => names.forEach((name, place) => (form.elements[name].value = sides[place].toFixed(2)));

  const between = ([x, y], [right, bottom]) => [
    Math.min(x, right),
    Math.min(y, bottom),
    Math.abs(right - x),
    Math.abs(bottom - y),
  ];

  const leave = () => {
    start = null;
    draw([0, 0, 0, 0]);
    names.forEach((name) => (form.elements[name].value = ""));
  };

  stage.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    start = at(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!start) return;
    const sides = between(start, at(event));
    draw(sides);
    fill(sides);
  });
  stage.addEventListener("pointerup", (event) => {
    if (!start) return;
    const sides = between(start, at(event));
    if (sides[2] < LEAST || sides[3] < LEAST) return leave();
    start = null;
    fill(sides);
    form.requestSubmit();
  });
  stage.addEventListener("pointercancel", leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && start && leave());

  // by the keyboard: the arrows of a number field move the box that is shown
  document.querySelectorAll("[data-mask-form]").forEach((one) =>
    one.addEventListener("input", () => draw(names.map((name) => Number.parseFloat(one.elements[name].value)))),
  );
})();
