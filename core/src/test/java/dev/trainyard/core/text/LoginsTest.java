package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginsTest {

    @ParameterizedTest
    @CsvSource({
        "postgres://u:p@h/d, postgres://***@h/d",
        "postgres://u:p/ss@h/d, postgres://***@h/d",
        "postgres://u:p ss@h/d, postgres://***@h/d",
        "'--url=https://u:\np@h', --url=https://***@h",
        "https:\\/\\/u:p@h, https:\\/\\/***@h",
        "//u:p@h, //***@h",
        "//@h, //***@h",
        "//***@h, //***@h",
        "a://u:p@x b://p@y, a://***@y",
        "jdbc:oracle:thin:scott/tiger@//db:1521/X, jdbc:oracle:thin:***@//db:1521/X",
        "--url=jdbc:oracle:oci8:scott/ti@ger@db:1521:X, --url=jdbc:oracle:oci8:***@db:1521:X",
        "jdbc:oracle:thin:@//db:1521/X, jdbc:oracle:thin:@//db:1521/X",
        "jdbc:oracle:thin:***@db, jdbc:oracle:thin:***@db",
        "a://u:p@x jdbc:oracle:thin:b/p@y, a://***@y",
        "jdbc:oracle:thin:b/p@y a://u:p@x, jdbc:oracle:thin:***@x",
        "jdbc:oracle:thin, jdbc:oracle:thin",
        "jdbc:oracle:x y:u@h, jdbc:oracle:x y:u@h",
        "https://h/x, https://h/x",
        "ada@h//x, ada@h//x",
        "ada@h, ada@h",
    })
    void a_value_loses_what_comes_between_two_slashes_and_its_last_at_sign(String text, String shown) {
        assertThat(Logins.removed(text)).isEqualTo(shown);
        assertThat(Logins.isMasked(shown)).isEqualTo(!shown.equals(text) || shown.contains("***"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "***",
                "***@h",
                "// ***@h",
                "/***@h/",
                "*@h",
                "https://u:***@h",
                "jdbc:oracle:***@h",
                "oracle:thin:***@h"
            })
    void a_text_with_stars_is_masked_only_where_a_login_was(String text) {
        assertThat(Logins.isMasked(text)).isFalse();
    }
}
