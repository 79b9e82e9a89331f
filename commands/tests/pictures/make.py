"""Makes the pictures beside this file, with a library that is not ours (Pillow 13)."""
import io, pathlib, random
from PIL import Image, ImageDraw

here = pathlib.Path(__file__).parent


def scene(mode="RGB", size=(48, 32)):
    """Left half red over the top, green below; right half blue; some noise, so that there is something to compress."""
    random.seed(7)
    picture = Image.new("RGB", size, (20, 40, 200))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(220, 20, 20))
    draw.rectangle((0, size[1] // 2, size[0] // 2, size[1]), fill=(20, 200, 20))
    for _ in range(60):
        x, y = random.randrange(size[0]), random.randrange(size[1])
        r, g, b = picture.getpixel((x, y))
        picture.putpixel((x, y), (r, max(0, g - 15), b))
    return picture.convert(mode)


def exif(orientation):
    data = Image.Exif()
    data[0x010F] = "PhoneMaker"
    data[0x0112] = orientation
    gps = data.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 14.0, 7.5), "E", (121.0, 28.0, 9.25)
    return data.tobytes()


upright = scene()
turns = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
# What a camera that was held so stores: the inverse of what the viewer does with it.
stored = {
    1: upright, 2: upright.transpose(Image.FLIP_LEFT_RIGHT), 3: upright.transpose(Image.ROTATE_180),
    4: upright.transpose(Image.FLIP_TOP_BOTTOM), 5: upright.transpose(Image.TRANSPOSE),
    6: upright.transpose(Image.ROTATE_90), 7: upright.transpose(Image.TRANSVERSE), 8: upright.transpose(Image.ROTATE_270),
}
for orientation, picture in stored.items():
    picture.save(here / f"orientation_{orientation}.jpg", quality=92, exif=exif(orientation), comment=b"made by PhoneMaker")
stored[6].save(here / "orientation_6.png", exif=exif(6))
stored[6].save(here / "orientation_6.webp", quality=90, exif=exif(6))
upright.save(here / "progressive.jpg", quality=90, progressive=True)
upright.convert("L").save(here / "gray.jpg", quality=90)
upright.convert("CMYK").save(here / "cmyk.jpg", quality=90)
palette = upright.quantize(16)
palette.save(here / "palette.png", transparency=0)
Image.frombytes("I;16", (32, 16), bytes(random.randrange(256) for _ in range(1024))).save(here / "sixteen.png")
upright.save(here / "lossless.webp", lossless=True)
upright.save(here / "lossy.webp", quality=80)
glass = upright.convert("RGBA")
glass.putalpha(Image.linear_gradient("L").resize(glass.size))
glass.save(here / "glass_lossy.webp", quality=80)
glass.save(here / "glass.png")
frames = []
for step in range(5):
    frame = scene()
    ImageDraw.Draw(frame).ellipse((step * 7, 5, step * 7 + 15, 20), fill=(250, 250, 0))
    frames.append(frame)
frames[0].save(here / "animated.webp", save_all=True, append_images=frames[1:], duration=80, loop=3, quality=70)
frames[0].save(here / "animated.png", save_all=True, append_images=frames[1:], duration=80, loop=3)
frames[0].quantize(32).save(
    here / "animated.gif", save_all=True, append_images=[it.quantize(32) for it in frames[1:]],
    duration=[80, 90, 100, 110, 120], loop=3, disposal=2, comment=b"a comment that tells where",
)
