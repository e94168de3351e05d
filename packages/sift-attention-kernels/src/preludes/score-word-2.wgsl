// Scores that a lane writes at a time: here two, of one key.
const SCORE_WIDTH = 2u;
alias ScoreWord = vec2<f32>;

fn score_word(items: array<f32, SCORE_WIDTH>) -> ScoreWord {
  return ScoreWord(items[0], items[1]);
}
