// "double", 'single', `back`, ${dollar}, back\slash, é, no shader at all
const ANSWER: u32 = 42u;
