// SPDX-License-Identifier: Apache-2.0
// Keys made once for tests: they guard nothing.
#include "tests/support/key_pool.h"

#include <openssl/pem.h>

#include <span>
#include <stdexcept>

namespace danesweep::support {
namespace {

// clang-format off
constexpr const char* kRsa[] = {
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEpAIBAAKCAQEAncAo+HLvAk0WlFcjDzCviWf6YEDD2+jh/89oVKCkbZ1RxseS\n"
    "3TbJW1+NQB1vkMU4G4uTeS4rNj3DqjA40zo9qJRZnHre7d5apgSUwlLwQXbvY0fU\n"
    "3LAMOH90LAWu0/E23RLePkQ4pPtpgSbVrfIRzGSwyP/zaYTcK1M+DboiRDkysE10\n"
    "Od+ZrT129Dayh+9bC5PTN/ZFd64TrWN5HFeDZ1KtAJiCCLtdpHj5CwVUVESqx8Ve\n"
    "OfZwn2d9cdNqEGZ/Xqih3n1hEu6wHCBFowIojzXV3ZOdJSPEowJ1QDkRy5VCJnXx\n"
    "VpT5uthPDbQEely3HoRbLLXK9T7AuvGkRlLpywIDAQABAoIBAAv9AQAUl/ZYTml6\n"
    "j8cFP6nVFZGACoJpWdd7dyXLSYOtC3xsSUx3b+j6Q31GX2aknkV1n4D7kbwfCIIk\n"
    "BQWEbRAlKgQ60DtKhSANxBJahDitZbbpTBNza5JVmUoJKoaf07gMSYh43ccn9hYj\n"
    "EeUUuuaKFmdIEEMKHkNKobIgXZ9KjOTGutcVJ78lq8dSWm5Y0KZVE7j8Dyyz7liT\n"
    "4nilSfR6PY9femfuprT7aX4K5tQj2f46EloSibRqWnEB1+zEREP/Bjt504yfNkpr\n"
    "zC51nc4C8Kd00mucCoEZYbhj6VWKT+mhfEYeK/c8tKAGMO55dg3vA6vmFOTA9pbu\n"
    "tAV+qi0CgYEA1jzcQyz4vGmt6J/dVDbCCX5h7bBNpepp6iTWKXZJyYi+JLXzh7ld\n"
    "34/HNTD/FTzbIvgSgDB6qKCG4JReu0IR0He/RjbhNSdnnr9VykwGf4NDb0IvGotl\n"
    "ji10Fti9suHTE3adO4Nl9aE4ULBf9IjkmhMkSf0mI/q3JBZveO8JZX8CgYEAvIBq\n"
    "F6R7ZQxi+Eq6/ZjKecPL1pG3+9qEBllufnkQmWwMyCacWpZy+IKH87vH2lgq5Ge8\n"
    "6X3v2tyq2vAzyxIRFwacWS//hwEaNMVCAh/QpnhWfqRc/IASCoEtsZuLN1zp6tda\n"
    "X3DvOUdPqWnalF42XutmkFrg8+hrHk4+UrQbWbUCgYEArV9bMNG4CWHMZzDYQEqA\n"
    "BIbOYTgH3nkxdVaSKcOcOwf6OGM2zWNpYH5OS/F2vI0fGdF/x1V0LfqarCvl7cyt\n"
    "9fKyS/QllIprBMD6gFe9+nsTm3oH/IdKjCCkjcig25583odi/sJ7RKhPlpzlSlNu\n"
    "DHHpMCc5Mmy2wPGXDFsFU6kCgYBzRaAbNyWSZKG9Lo3s+NuQ3NAxNckqBbXI4DW2\n"
    "t7gT6kRivWHN78T8/W2/+ew8NMB+DoYyzyW3VExTOKKjoze6Ofuweq6rU1xAOwSj\n"
    "oesJcfuK1F5ctsDRla9otjLLN1GAoBMO3FQeVeJ8OlRFeNuM7i05R6na3h1rWfO4\n"
    "xZUYJQKBgQDAyZpf/X7HtYR81mo+5lHz+P1fAdfHR+KZPqE9ZvKhxGYIWizzVlUm\n"
    "4d2OTpPMj+YJbrWjtxjA0CefChx7Cvq8V/IwE93n8bLtZ8X8sRIqoI9obWsZD9RC\n"
    "6HOJDNmyrHyWUcU10DpFkX5K4AfbQcvC2jboSfNRwwbCi/8V8qhwjg==\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEogIBAAKCAQEAtWFcpP6icbTUoX33EUMtVvTZRwpzLSj2OQ/i66Jw8xx4XAtU\n"
    "zo+Ics/hl6R99286ynQodUqvvZHiLoI3RE0Q4tfhFA1KBOJDccQwNrlSD8Cr+PG5\n"
    "YpvViOgl4Zku98pXP7Mgjx198vrL1gp/vCNdSO6uap+hLuA/PNzRbqUbtM7TY3GZ\n"
    "QzDhPyQmj9OmlYe8VLi3TKeXYESuPQSd1Iwewn1zX9KKGeAjnk0jh3OF3VP9fPEJ\n"
    "ca4BRRzeyHOrhAewu9BkQJpnnV3K7vb78gBKlnct8T8t/v9Zd7AvfbLEgB3iUa4m\n"
    "B3EPzcy4bjFjWV+j20x8rFNXPvG0Jpf5LMU2WQIDAQABAoIBACRJC75jRW6faSk8\n"
    "eKyOppeeiIgWfleiue1M8Q3IM7Xi9G4fgzIGk1q6nSwXx250ZUvCpKRgUluHf3rj\n"
    "6HgEvdPPsbKv/OaQuELeZ3HPLaxClHTLMNXaDIQkww1IdpWyODWhWWpgEUYGZ7hU\n"
    "Zdzmqz8PprtkX1uwF16O42Px6mLHZhRpnnESckR5XRlk8+E2pWfuT6aW9pV7Y8A+\n"
    "gYnNC/hn/ZeOBF4jSBlMvbcjaw5lO5WZxRNOujXF6PH9Xczd1l5f/do6Y/DaUawp\n"
    "kMZMmX7VeT9FRZ0LiVc1CkVCtxDCqCInd7OY1tVQjr+6MyZT4h/4m/YbaTe9MfLV\n"
    "P9p+um0CgYEA6Tt4fl5xJHOxZBuC2pDLM143x9c0n4hmBv/q6BGSBk19qCnkKKP4\n"
    "6mjvd1FdnFElG6g50B1rOnnhMziDSsUyY7hEilc2/ODyLuBynaMRd2w23j5NJwcY\n"
    "/4y7GtZLD9HMuDD3N8+OEfkCb5CwfTzugrKhA3SSmRS/ySqKF321unUCgYEAxxYZ\n"
    "Gedc3bPQfhbEBiif6tmU2uteeOVyGBnbHnBvJLwiDpgISI1bGb2kBkHx7BHwqb7v\n"
    "9oPBuCd+7E6zl8KamehnLpErkcN/kcvSTXhG1lbdH2vSXP5Zp36cMG25xtwt35sT\n"
    "sQIOxSTzhbAcjW7z/lKQJfMx4nIt3NPlLRLcZ9UCgYAtkCuq7EJIL73Q47r9fdnk\n"
    "kBxvkvA51kiwR2CZs40GZC8PIhfrhJUFHjjh42hZOFT6gTPCH20qQFMpUXn8qmd8\n"
    "qaviJsWcQ0mstLZPa2LnJKHXau5hmHZevhxzUrfZQFAxD4fMRGTpx+6c4vRHkxa5\n"
    "O7JO3YAiHbaV0xSlIC7XXQKBgBZmiCCABdT0PItTaG8A9y1nmfYf8ZtMxc+saRk9\n"
    "sWPCv1pBBP2U2iFFU0VY+i2Dvz56O2nTXWKpHwDbwh1bSiXzHlkBAJQAGUSAWINa\n"
    "+y12zJ6SdTL9c30DI/PXBMY5U/gK7OZHwv2vsK7kJ/JJ/64oAAwlFwHRsxNbzDeM\n"
    "HbyZAoGAPfCjj/HgcD/2+S1UybTcFWx1KvXwIRlEaHJxx/Y2tQyLYo8ch+MX0dvT\n"
    "Bx7VrkPgTv7maq8NiB3NBZVecDx8lc+23WxS4OcehBDD2ZtKPaSV9AqCNNY9Ycdj\n"
    "HKi6bu2NkJD8uG4dniJ2SkZkC4a0JwS8xaCnND+6og4pGswdKcQ=\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXQIBAAKBgQDOaDHo/xcY/6whgSvVWYKOa6uTjCWROq+1Coyj8lVQu9Y4U5+a\n"
    "touM5R/x1Dy+77H4gmBTSb6tP6V3abAkwL6EjPfrsMz7dH3XEztZtaIWJum9xObj\n"
    "cIxv1UzhguPY120hnIww3LqhcxmLQyVBs/Ham4h51GObBYaRb9+l1A5ttwIDAQAB\n"
    "AoGBAKUzBcdK60ypzTXfsZqHkpO0n1VvVN4Az4Kh1+Cb4ybDv/fDDjoAon55H/Eo\n"
    "ghn7tECG8NuYaVE2YJPLdhxkW9ZAyh2uZovXT7fiGGK3t6N4bS1KEsLArbMhCSuN\n"
    "IPjPuP+wYX4AWoFZwvsH0d9L1MGcEcDUY/rTJ9WeVwyv8JUhAkEA75vOqXE5d/UP\n"
    "ca4RLtaiAnZlWb3lRfLunSPzdUEU4FOorAadhPfmRV/Xb6aRfco/jjPKZS2u8ItP\n"
    "59apPScpcQJBANyG8CFEqWndqVucti/1RPdxmrrDBi7ab8mM4EJkYKl3IhuOw4eC\n"
    "dKS5+g2yLrtTTdZsOEecVvXu2ceTpKvONacCQCbT3L1gd6uUrpgBWQ96AG7duLa+\n"
    "KvUW1MvqE32guj1P0TlvKP9vHIWJbmPNXi5AI+RrSBT1PjAEo0IyauJaAkECQGMD\n"
    "TvOQ8YOv22dfoEk+FV4IKtGp2K/WsZRL5TDKAsBz1eOLoOzJvPds7QGTO/otd+hL\n"
    "JKW6Yyz+tdcuyiO9bUcCQQDgTvOOLZOXtbLwyHujUUQ3YrYtwKUpEoM8qPWu1VIi\n"
    "kO4a1TUmUmi1uCfE1Mh+TOygrgE8SUe6BUUrJHP47KOq\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIBOgIBAAJBALQmrv4r8aVMu0csMnWjxLlB1IH3oBWDCvC68sG+EVnIBz+cTO0A\n"
    "zUJ5rA4r+L74TJgvS8TUc0SMyaLA1rUegZMCAwEAAQJAI8MyJf7vP5NV8jER60yR\n"
    "dv1chFh2DQ8wks1p95AVva6kZPzkCZU07MwDz7mUp0HQhrZCg/gmLMAoC7pgjTbn\n"
    "QQIhAORZtfZNwFCmx3OsvcfC19lLBAwKS06uOzOS14t7hhhRAiEAyfbqNtqS4n8b\n"
    "PrjFCffeBkeQricFxnkmjmPsrD3RJqMCIBvPyVe8VIX+KiCuk1a3Jm7ysgV9Y3qr\n"
    "wc4gPlxgqQ5hAiA2fx3r90azP0EGx6zDZ9LNNvpfQ8BXMdGpkmUGhReuqQIhAJD4\n"
    "DWC9S1UnKxT+zPGqjJ00+uf3KJXz44EM2TIAB+JV\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIJKAIBAAKCAgEAs2lmX+2h99An2d/JIFCcXabiSIHSSs36pCpRY9D6PCHr+ly1\n"
    "jZ7/e8QcBZueFfIVNFx2Zk0Fk3NDmA9AQmJapZZzAYKWMisMGjlOslko9spJC/ll\n"
    "NuGxm6XBI+WM0IBAJEDEmgeOsVsmyILtDMwzqgimJ6KAaJrWx13QtMyr8m3+fTcI\n"
    "3Dv+28VCl0bhwg/gsgiFTM7iTB+9K005jRkBtdUkxmOkalDYxAnxNiQJ4JH5I5YN\n"
    "JLYHjUe0+5ZjMbvlrGmaVsxOHuKqXp+ts3aVCvO1Choigm8EzqzBgOR93AfLNEEd\n"
    "QrO+trfmAugIR0Ve/iNmpNyeAJHbzbhvy38qlD52XDBZ+oql6r602F6wpmmIHZrW\n"
    "VeqO+qnlGMzFNEn1vFy3EudSLPEqZ7uvGUiJ36pqO7McduPHMij7Y3kJkpgs/uPH\n"
    "5IIE7yr0P3C57g8lxzXCquBnyV2JjA31M3hU58Veg8kL8GmEem8NJ7zsO+4lSj7O\n"
    "BNIkK36BBREy7ZJtUzN5GIUeNbYGmkOWXSRbl6JiqcO7zEZUczLI8KfFsQf2iuQF\n"
    "gP3TYAcFx0Fgaz1igN7CJLO/P/e9gIE93hYPSShJcs3f8lKWGgcAlWPJQxo/mJkH\n"
    "JQdFsHYq5JgnBC/CM7AKLe3/nbM6yTAyCtLb2fZKVJ/0nax90/QPLswhm7sCAwEA\n"
    "AQKCAgAPcrTg76oxl1fHF9DOmoJMQhFb4unDjSbWudoWOSlCwjz6ar8rOZSQCJvN\n"
    "E9Ax3Y1b29ZKCrm/L36TekSzMprRhTnT2HWsTi6Vl3eiPbEcRuCxSkEfz6EmYMhX\n"
    "me1dCp37QSRsitgLh2i4fSWCI5cTPflokkJyP1rdAcP1vWXU0wnFqFZ3+CaCr+KC\n"
    "+hR4TDuxuLAZo/qySU1VjCm3b37JNFgdSPkgOmPfxWdinQnIr2j/Wm05Sv8teA4q\n"
    "V5Gk96PYC6PBc4gKesPmr+MZ/8zni4J8IzHzfzGvxgpHWeVIa9dgYXbuhmGWhBEn\n"
    "EOmdkWiTg2LUMTbdn7GIbigaIpH82pjrD9u8h1clzz3xkRjeRf5+XFkgx4Vc/kHk\n"
    "ACgsjdoE14UcifyZxIXiSTxZGiEgnNBXdePjClk1GhibSVlJSyyRyFG7PCDxxEyP\n"
    "dOD3kZK6rWa7EPi3baNg5eXpss4z9I5W/e0iIOgF0b3ocYoYsZ9pyz4SGpFV+kUS\n"
    "9ZmIfGujDatrH+P1fZdRFYgkVVBlGZXN3R272Z39BDlBEuRAnHpc00GCRR9A1Jgq\n"
    "l7VHZ62f+LwwColaqRQpnOcSr3Ouo7+O3xKjZzD+EZghd0MtV43Z49nAuDUrVfF4\n"
    "hr5DuduKRuOGvXa/eb/l5cspzDgOrcPg1C9Usr2hhYK9AeHs0QKCAQEA8IW4o0+r\n"
    "ZRHP67XbrRXXWji/64XXgM6qq6fKzpMk8chA8nVT/79SfxKJW6Y+U0LoWFPkTr5m\n"
    "gDW7knnvrp9AI8v/zgLy9l1WFYRF8yfUG/8SgoFTllrsr8mP9V1dSXxAWcDOqge/\n"
    "/BH7fE8F2rfVjP/i6co3/vYXVFPZssLFaffC1qUXILhf8ijul1mu5G6DZWVSY5OX\n"
    "WJQygqIxMUT+nhGv2t87PXjoW4e8P5wbs5i0Rmqrg4lP7sa548hT0EmT++Jhmf2p\n"
    "ZIa/9KkNELAhooAuil4ytVtS4yrAlceznD/nKBHOgMW/Ab4nT2pk3s4464IeeV6B\n"
    "PIBF9ZUonDQveQKCAQEAvvT2zr1Cn09eWz28op095SFZSqAPU+x5vztAYYn+A3QV\n"
    "3JTDQVi0jzvl2ubznZMOdb858GV2OYxRAtpOjBoWAZv5X7zjfQnpJMGZVxTHxIBi\n"
    "CZ0MuJ3slghGE0s7XKAAtiOOusCALdZb2Hz6fFVqbgZx9p1Nf8cHKaE0gJOJ1UCl\n"
    "Tsnl7oiFziw2ue1jGmAbuXplFGoIxZBogoA9zOj4bO9GqTsSUrm881omaeMzJB8x\n"
    "m9Pgf8O+HOM8sxzp7O3aN8fN/LIhSa5knYP9CIhizpHBiUzfik92KE8Cvw8KhpFP\n"
    "GPf7Nrgr4jFi4PVlSh5257v7LBGDAbDf0+lfwbyT0wKCAQEAxcnhJQMN+eYk6ju5\n"
    "c2NjnYDPahm9NuI8fT5VS3y7Q8yehAOx2Lz3VSHkLKbP195MfN43//0ZA1OsdO6r\n"
    "CBlTQFywdjP8olXsxXLppuRYy9D84q8BEsKgoooJRQfK//QaYvRnvnDzEpGjEf1V\n"
    "3h+QkAuZCRJO6+5pDuKJQjRi7Rpece5+z1xvIg9A7NtGM/khOk+Q6evj6GauBrjj\n"
    "5RVMoKYAy+cIqytzQFmll1WDfjQUA1gSxO80+TEYilUhf0YSWG84Pc7X7p/U2Jfv\n"
    "84ozjpMEMqr13idESSTODB2V+Oaf61aBT2nOAdviLa9bVdGWAy0UbFAnzJ3bafGH\n"
    "3LQZWQKCAQAaD3RfYpTlCP/nk9Vam/sGejalaJKu8WbsIjn3Fc4EyqLxJ5w+Hs0F\n"
    "fzcvWLWGm7stdpuBo1cvI2cq7IArvqOiNJcj6bNiLSgUTBeROtTIjHzUswo5Z9QR\n"
    "5a8qkunXCj8OnGuuMPdNSiPet6+3qDCOM3L6JR2egpsHo2h246u73sawqf0nQJqC\n"
    "OKZ/WVZdEyC1f26sCoyH6d1Zcgb9IA5HT6BlGBq4D4Ep9POpH8iq9Vbf3VqWFTCs\n"
    "4JY4G4oRO6S8WBhUlDrWw2YX2Rt/Pp29c0bmZgdb6NxHRAEr8fGNy+bvkWhHX3sd\n"
    "s3+7E8JvCxlPJuhwazNl1620TfUzi3jhAoIBABzLzFniB42aEQClQmWhGQzIYT1r\n"
    "bXyjeCfE9abN4RNZx32sOcoN10aucOar/xLPMW2o1UB+6g2fhxKKgQsip2eT36yx\n"
    "+kFpS9CHwtWetPWL1rwoEHLWBq84gII0+bq5+HAQrCDSAuH6VBi39qBcz8MqVjaN\n"
    "RBmEyCQmhexR5+OD9yZkVtTa5O13GNZkc+ajalLkUxgjZCuUMNAYsXSkUlcMn06P\n"
    "6TB4IDczevIUbiWvRoZ8cw3bh7Q7CA/RQMlWMpVe/QDH3YcYfGnxh8f4IA/WSgf6\n"
    "IF9J+EkXjUAjYoY3S6ecWWOlY4b7+PF1pufkYM63dm5FFsMXHuvLjv+Ydzc=\n"
    "-----END RSA PRIVATE KEY-----\n",
};
constexpr const char* kP256[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCKkfMAN79QQ+Tc74\n"
    "hki1LjJEwMREZpea3xUhVeUFHKyhRANCAAQEWeJ3y+S+pGN9C1GofOyHVN+lCoNF\n"
    "ozeSxN/ZUdP0kzVuUjDpGRTaO2pAfOzdODk9VK5/udBqKj/4Mqif1dzy\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXnqklK3Wqod+WK+B\n"
    "B354v2TnEoh9MzSGbvnz/Qla+e+hRANCAATIfF5d7mAZ2NtJr0MINNtwLCtg4kGe\n"
    "xKxrehneQkhasw3omBAHm59sYCY3Xs7oXesoaQ6N9XhS70+Dc/DbNS1r\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8SzjiZZR4kBaKn62\n"
    "FfM23tuVJCFVPXJ/IeBTKhrToQqhRANCAASa//v0/dR5i50p8cnSVKSlC3jlpWn9\n"
    "G1xmUBddZcwmpkzFTip0LR17SINDPH/qx3+sGCPgEHlqgjAdTtmUvzor\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9lktfQn3oEa0dKmA\n"
    "jvg0jZDbg5nIDxBgTC+TR6gUMFOhRANCAARcheJZHQaXoJiYiQ/6eFge9C3ftsVW\n"
    "WQNlkHapWAC+g9DZThMOnqKH2rxepcQ/78Gj+0UuB0r+Mj0pyqbYuA7M\n"
    "-----END PRIVATE KEY-----\n",
};
constexpr const char* kP384[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDTISfRff0RZd+pvq+f\n"
    "DnWRqqNgNJABJ4d2Gy1jrhe1bm0IOv7c89JWhQktT/qUSiKhZANiAASWaIbN+dRc\n"
    "DFFFHXZKWd4EJSANsn33wae67ph0SkogTtSikldYnsOAvmHGoO9Bb9VVA9aK7oR2\n"
    "MmisSfmJ5w42G95yk1cTCtUiuofwtw4uHq2yQYuPNwapNX+pxM8+yws=\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDtv/z7ztiA7VPXagMg\n"
    "hHjdoIauilnP5m6rfUBEcpa0GeJUFYOoeN1egRCFYc7Who+hZANiAAQDuCfqQysm\n"
    "R7w4yc6bAd2gSODTlls5VvjZUDG7qz/AIlk1yadb89MDNbOeqYH+sQYU0tROjdcs\n"
    "XOx60CoHru0V74/nvgFnVi/VrGy/M+VjvI9asBPMHU1gYpPCDttXS3A=\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDJ5wd7ut/R8dItO+GB\n"
    "qkjG0yZQH0xiwOQLFg9R9z4Yl1/PXoFB200pLPkyMI7m9YqhZANiAASZC1de8aPE\n"
    "dvumCR4sLSr+w2lAgmHi3wh1190fZ1bSj6nDiXNZR9qFS/xsK4XPL8DGBGBaTWFR\n"
    "aDRnrPFOYHgne63xJd1+hOqJsXsSp7/nr4qDyd5b+KgDhPyRc9DmRWA=\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDA1z0Yq+sYRijY+1x1f\n"
    "qJzP2KYRrs29A6AiLIp+DlXLVZZwLsTQ6X0TH9/XnHF5f3qhZANiAAT37ZlM8eCo\n"
    "2k/ppYYcewC3/khg0X3OaSgJq8Fq/TYkdoy+2JPvYzvcRm5fFTCtB2Hy3GiUp4dX\n"
    "wgwh5gcTVrAZWZzCahbGBOhYwUNZtLuYsCQ2KGaZKOasnHtwz90pQKo=\n"
    "-----END PRIVATE KEY-----\n",
};
constexpr const char* kEd25519[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIGRw5JCbuPhYDrhfHfHuKTkEq2EJtYLdwcgXoa9nGaRa\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEICeptpqg5zw+/+LGPQGdpqO4kuRCQ8ssHmlW/tVmF2ot\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIL0DOln33Ozzdu8BP0KaTE2GD8Xn88B9CJ7LsYKvPEzH\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIBH4JUIWLMsHTsDARyywEDGprfRmzsbEBE044uUygSFv\n"
    "-----END PRIVATE KEY-----\n",
};
constexpr const char* kEd448[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MEcCAQAwBQYDK2VxBDsEOYrW7lF5QGUu7msQY/ss1GvxtbpRX8FaOhEAS8A8bakj\n"
    "/X0T0ydynxppqsp3dtqhV+df6oQHMePk5A==\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MEcCAQAwBQYDK2VxBDsEOcqaC4bdpE18sLILrnoTaQClDKYQVCbifTwzA/NUUiYW\n"
    "IOPyrln4ffyQxvly25vSEHHRnpULPVdNgA==\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MEcCAQAwBQYDK2VxBDsEOcnKO0xvNk9WJBi22sy0ZYfU7+6b6F4kFHeIBlUJMVS6\n"
    "2y59xOlmhQarJFbhksfcB7tFcAENjPO8lQ==\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MEcCAQAwBQYDK2VxBDsEOXtPY+fD4it8V3JpuSMi4yCe6ae+Jggv9FOvfEcnEjB/\n"
    "QnKk23xYJKpCnZ5IZqP3BzMqCKUadxSlkg==\n"
    "-----END PRIVATE KEY-----\n",
};
// clang-format on

std::span<const char* const> keys_of(int algorithm) {
  switch (algorithm) {
    case 13:
      return kP256;
    case 14:
      return kP384;
    case 15:
      return kEd25519;
    case 16:
      return kEd448;
    default:
      return kRsa;
  }
}

}  // namespace

PrivateKey pool_key(int algorithm, std::size_t index) {
  const auto keys = keys_of(algorithm);
  if (index >= keys.size()) throw std::out_of_range("no such key in the pool");
  BIO* bio = BIO_new_mem_buf(keys[index], -1);
  PrivateKey key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return key;
}

}  // namespace danesweep::support
