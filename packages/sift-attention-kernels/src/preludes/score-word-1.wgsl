// Scores that a lane writes at a time: here one.
const SCORE_WIDTH = 1u;
alias ScoreWord = f32;

fn score_word(items: array<f32, SCORE_WIDTH>) -> ScoreWord {
  return ScoreWord(items[0]);
}
