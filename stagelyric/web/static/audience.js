import { display } from "./display.js";

display("audience", { leading: 1.2, cap: 0.15 });
