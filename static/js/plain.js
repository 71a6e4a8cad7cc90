// Pages with one thing on them.
import "./first_focus.js";
import "./zone_guess.js";
